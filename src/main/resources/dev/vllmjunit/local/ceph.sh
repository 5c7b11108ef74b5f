# A Ceph cluster of one monitor, one OSD in memory and one RADOS Gateway, in the foreground, in the current directory. Ends when one
# of them ends. MON_PORT, MON_V1_PORT and RGW_PORT on 127.0.0.1, the gateway on RGW_HOST where that is set; user with keys ACCESS_KEY and
# SECRET_KEY; logs go to LOGS.
set -eu
D=$PWD
mkdir mon osd0
fsid=$(cat /proc/sys/kernel/random/uuid)
osd=$(cat /proc/sys/kernel/random/uuid)
cat > ceph.conf <<C
[global]
fsid = $fsid
mon host = [v2:127.0.0.1:$MON_PORT,v1:127.0.0.1:$MON_V1_PORT]
public addr = 127.0.0.1
keyring = $D/keyring
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
mon data avail warn = 2
mon data avail crit = 1
mon max pg per osd = 1000
osd objectstore = memstore
memstore device bytes = $MEMORY_BYTES
run dir = $D
log file = $LOGS/ceph-\$name.log
log to stderr = false
err to stderr = true
admin socket = $D/\$name.asok
pid file = $D/\$name.pid
[mon.a]
mon data = $D/mon
[osd.0]
osd data = $D/osd0
[client.rgw]
rgw frontends = beast endpoint=${RGW_HOST:-127.0.0.1}:$RGW_PORT
rgw thread pool size = 64
# Each request in its log: what was read and written is counted there.
debug rgw = 1
C
export CEPH_CONF=$D/ceph.conf
ceph-authtool --create-keyring keyring --gen-key -n mon. --cap mon 'allow *' >/dev/null
ceph-authtool keyring --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
ceph-authtool keyring --gen-key -n client.rgw --cap mon 'allow rw' --cap osd 'allow rwx' --cap mgr 'allow rw' >/dev/null
ceph-authtool keyring --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' >/dev/null
monmaptool --create --clobber --fsid "$fsid" --addv a "[v2:127.0.0.1:$MON_PORT,v1:127.0.0.1:$MON_V1_PORT]" monmap >/dev/null
ceph-mon --mkfs -i a --monmap monmap --keyring keyring
ceph-mon -f -i a &
daemons=([$!]=ceph-mon)
ceph osd new "$osd" 0
ceph-osd -i 0 --mkfs --osd-uuid "$osd"
ceph-osd -f -i 0 &
daemons[$!]=ceph-osd
for _ in $(seq 100); do ceph osd stat -f json | grep -q '"num_up_osds":1' && break; sleep 0.2; done
radosgw -f -n client.rgw &
daemons[$!]=radosgw
radosgw-admin user create --uid=vllm-junit --display-name=vllm-junit --access-key="$ACCESS_KEY" --secret="$SECRET_KEY" >/dev/null
ceph version > version.part
mv version.part version
status=0
wait -n -p ended "${!daemons[@]}" || status=$?
echo "ERROR: ${daemons[$ended]} ended with status $status" >&2
exit 1

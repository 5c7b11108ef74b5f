# The guide's second configuration as it can work. Credentials come from the environment.
export PREFILL_HOST=mi300x.cephlab.com
export DECODE_HOST=gaudi3.cephlab.com

# On the MI300X host.
lmcache server --host 127.0.0.1 --port 5555 --http-port 8090 --chunk-size 256 \
  --l2-adapter '{"type":"s3","s3_endpoint":"s3://nixl.s3.cephlab.com","s3_region":"us-east-1"}' &
docker run -d --name vllm-prefill \
  --device=/dev/kfd --device=/dev/dri --group-add video \
  --net=host --shm-size=16g -e HF_TOKEN \
  -e UCX_TLS=rc,rocm,sm,self -e UCX_NET_DEVICES=mlx5_0:1 \
  -e VLLM_NIXL_SIDE_CHANNEL_HOST="$PREFILL_HOST" -e VLLM_NIXL_SIDE_CHANNEL_PORT=50051 \
  -e PYTHONHASHSEED=0 -e VLLM_SERVER_DEV_MODE=1 \
  vllm-prefill-mi300x:latest \
  vllm serve meta-llama/Llama-3.1-70B --tensor-parallel-size 8 --port 8000 --block-size 128 \
    --kv-transfer-config '{"kv_connector":"MultiConnector","kv_role":"kv_both","kv_buffer_device":"cpu",
      "kv_connector_extra_config":{"connectors":[
        {"kv_connector":"NixlConnector","kv_role":"kv_producer","kv_buffer_device":"cpu",
         "kv_connector_extra_config":{"enforce_handshake_compat":false}},
        {"kv_connector":"LMCacheMPConnector","kv_role":"kv_both","kv_connector_extra_config":
         {"lmcache.mp.host":"tcp://127.0.0.1","lmcache.mp.port":5555,"lmcache.mp.mq_timeout":60}}]}}'

# On the Gaudi 3 host.
docker run -d --name vllm-decode \
  --runtime=habana -e HABANA_VISIBLE_DEVICES=all -e OMPI_MCA_btl_vader_single_copy_mechanism=none \
  --net=host --shm-size=16g -e HF_TOKEN \
  -e UCX_TLS=rc,gaudi,sm,self -e UCX_NET_DEVICES=mlx5_0:1 \
  -e VLLM_NIXL_SIDE_CHANNEL_HOST="$DECODE_HOST" -e VLLM_NIXL_SIDE_CHANNEL_PORT=50051 \
  -e PYTHONHASHSEED=0 -e VLLM_SERVER_DEV_MODE=1 \
  vllm-decode-gaudi3:latest \
  vllm serve meta-llama/Llama-3.1-70B --tensor-parallel-size 8 --port 8001 --block-size 128 \
    --kv-transfer-config '{"kv_connector":"NixlConnector","kv_role":"kv_consumer","kv_buffer_device":"cpu",
      "kv_connector_extra_config":{"enforce_handshake_compat":false}}'

# Through a router, cold.
vllm-router --prefill "http://$PREFILL_HOST:8000" --decode "http://$DECODE_HOST:8001" --port 9000 &
python3 long_doc_qa.py --port 9000 --num-documents 10 --document-length 20000 --repeat-count 3

# Warm.
for host in "$PREFILL_HOST:8000" "$DECODE_HOST:8001"; do
  curl -s -X POST "http://$host/reset_prefix_cache?reset_external=true"
done
python3 long_doc_qa.py --port 9000 --num-documents 10 --document-length 20000 --repeat-count 3

# The hit rate.
curl -s "http://$PREFILL_HOST:8000/metrics" | grep prefix_cache

# The guide's second configuration: NIXL, and KV cache in Ceph S3.
export HF_TOKEN=$(cat ~/.huggingface/token)
export PREFILL_HOST=mi300x.cephlab.com
export AWS_ACCESS_KEY_ID=$(secret s3-user)
export AWS_SECRET_ACCESS_KEY=$(secret s3-secret)

# Clear the bucket.
aws s3 rm --recursive s3://nixl --endpoint-url https://s3.cephlab.com

# On the MI300X host.
docker run -d --name vllm-prefill \
  --device=/dev/kfd --device=/dev/dri --group-add video \
  --net=host --shm-size=16g \
  -v "$HOME/.cache/huggingface:/root/.cache/huggingface" -e HF_TOKEN \
  -e UCX_TLS=rc,rocm,sm,self -e UCX_NET_DEVICES=mlx5_0:1 \
  -e VLLM_NIXL_SIDE_CHANNEL_PORT=50051 \
  -e LMCACHE_ENABLE_PD=True -e LMCACHE_PD_ROLE=sender -e LMCACHE_TRANSFER_CHANNEL=nixl \
  -e LMCACHE_REMOTE_URL=s3://s3.cephlab.com/nixl/ \
  -e LMCACHE_S3_ENDPOINT_URL=https://s3.cephlab.com \
  -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY \
  -e OBJ_ENDPOINT=https://s3.cephlab.com -e OBJ_ACCESS_KEY="$AWS_ACCESS_KEY_ID" -e OBJ_SECRET_KEY="$AWS_SECRET_ACCESS_KEY" \
  -e OBJ_BUCKET_NAME=nixl \
  vllm-prefill-mi300x:latest \
  vllm serve meta-llama/Llama-3.1-70b --tensor-parallel-size 8 --port 8000 \
    --gpu-memory-utilization 0.85 --enable-prefix-caching \
    --kv-transfer-config '{"kv_connector":"NixlConnector","kv_role":"kv_producer","kv_buffer_device":"cpu"}'

# On the Gaudi 3 host.
docker run -d --name vllm-decode \
  --runtime=habana -e HABANA_VISIBLE_DEVICES=all -e OMPI_MCA_btl_vader_single_copy_mechanism=none \
  --net=host --shm-size=16g \
  -v "$HOME/.cache/huggingface:/root/.cache/huggingface" -e HF_TOKEN \
  -e UCX_TLS=rc,gaudi,sm,self -e UCX_NET_DEVICES=mlx5_0:1 \
  -e VLLM_NIXL_SIDE_CHANNEL_HOST="$PREFILL_HOST" -e VLLM_NIXL_SIDE_CHANNEL_PORT=50051 \
  -e LMCACHE_ENABLE_PD=True -e LMCACHE_PD_ROLE=receiver -e LMCACHE_TRANSFER_CHANNEL=nixl \
  -e LMCACHE_REMOTE_URL=s3://s3.cephlab.com/nixl/ \
  -e LMCACHE_S3_ENDPOINT_URL=https://s3.cephlab.com \
  -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY \
  -e OBJ_ENDPOINT=https://s3.cephlab.com -e OBJ_ACCESS_KEY="$AWS_ACCESS_KEY_ID" -e OBJ_SECRET_KEY="$AWS_SECRET_ACCESS_KEY" \
  -e OBJ_BUCKET_NAME=nixl \
  vllm-decode-gaudi3:latest \
  vllm serve meta-llama/Llama-3.1-70b --tensor-parallel-size 8 --port 8001 \
    --gpu-memory-utilization 0.85 --enable-prefix-caching \
    --kv-transfer-config '{"kv_connector":"NixlConnector","kv_role":"kv_consumer","kv_buffer_device":"cpu"}'

# Cold.
python3 benchmarks/benchmark_long_document_qa_throughput.py \
  --model meta-llama/Llama-3.1-70b --backend vllm --api-url http://localhost:8001/v1/completions \
  --document-length 20000 --num-documents 10 --repeat-count 3 --num-prompts 100 \
  --output-file results-nixl-s3-cold.json

# Warm.
python3 benchmarks/benchmark_long_document_qa_throughput.py \
  --model meta-llama/Llama-3.1-70b --backend vllm --api-url http://localhost:8001/v1/completions \
  --document-length 20000 --num-documents 10 --repeat-count 3 --num-prompts 100 \
  --output-file results-nixl-s3.json

# The hit rate.
curl -s http://localhost:8001/metrics | grep -E 'prefix_cache_(hits|queries)'
jq -r '.throughput, .ttft_mean, .ttft_p50, .ttft_p95, .total_time' results-nixl-s3.json

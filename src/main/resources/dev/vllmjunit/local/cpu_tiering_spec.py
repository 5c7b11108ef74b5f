"""vLLM's tiering of KV cache into an object store, on its CPU platform.

Stock vLLM 0.32 refuses it there, because its worker moves blocks with CUDA streams. Everything else of it, manager, NIXL's OBJ tier and
metrics, is the same on every platform: only the worker is another here. The engine's KV cache is host memory already, blocks are copied.

Loaded through kv_connector_extra_config {"spec_name": "CpuTieringOffloadingSpec", "spec_module_path": "cpu_tiering_spec"}. The store is
probed once, and by then it has to be there: the file VLLM_JUNIT_STORE_READY says so.
"""
import os
import time

import numpy as np
from vllm.utils.math_utils import cdiv
from vllm.v1.kv_offload.base import OffloadingWorker, TransferResult
from vllm.v1.kv_offload.cpu.shared_offload_region import SharedOffloadRegion
from vllm.v1.kv_offload.tiering.spec import TieringOffloadingSpec

LONGEST_WAIT_S = 600


class HostCopyWorker(OffloadingWorker):
    """Copies between the engine's KV cache and the host tier, each copy finished when it is submitted."""

    def __init__(self, kv_caches, blocks_per_chunk, region):
        self.blocks_per_chunk = blocks_per_chunk
        self.region = region
        self.kv = [tensor.tensor for tensor in kv_caches.tensors]
        self.groups = kv_caches.group_data_refs
        self.host = [region.create_next_worker_view(tensor.page_size_bytes * blocks_per_chunk) for tensor in kv_caches.tensors]
        self.finished = []

    def submit_store(self, job_id, src_spec, dst_spec):
        return self._copy(job_id, src_spec, dst_spec, lambda kv, host: host.copy_(kv))

    def submit_load(self, job_id, src_spec, dst_spec):
        return self._copy(job_id, dst_spec, src_spec, lambda kv, host: kv.copy_(host))

    def _copy(self, job_id, kv_spec, host_spec, copy):
        start = time.perf_counter()
        kv_at = host_at = copied = 0
        for group, (blocks, first) in enumerate(zip(kv_spec.group_sizes, kv_spec.block_indices)):
            if blocks == 0:
                continue
            # A group may begin in the middle of a chunk.
            positions = np.arange(blocks) + first % self.blocks_per_chunk
            chunks = cdiv(int(positions[-1]) + 1, self.blocks_per_chunk)
            kv_ids = np.asarray(kv_spec.block_ids[kv_at:kv_at + blocks], dtype=np.int64)
            host_ids = np.asarray(host_spec.block_ids[host_at:host_at + chunks], dtype=np.int64)
            kv_at += blocks
            host_at += chunks
            for ref in self.groups[group]:
                kv, host, size = self.kv[ref.tensor_idx], self.host[ref.tensor_idx], ref.page_size_bytes
                page = host.shape[1] // self.blocks_per_chunk
                for kv_id, position in zip(kv_ids, positions):
                    offset = int(position % self.blocks_per_chunk) * page
                    row = int(host_ids[position // self.blocks_per_chunk])
                    copy(kv[int(kv_id), :size], host[row, offset:offset + size])
                    copied += size
        assert kv_at == len(kv_spec.block_ids) and host_at == len(host_spec.block_ids)
        self.finished.append(TransferResult(
            job_id=job_id, success=True, transfer_size=copied, transfer_time=time.perf_counter() - start))
        return True

    def get_finished(self):
        finished, self.finished = self.finished, []
        return finished

    def wait(self, job_ids):
        pass

    def shutdown(self):
        self.kv.clear()
        self.host.clear()
        self.region.cleanup()


class CpuTieringOffloadingSpec(TieringOffloadingSpec):
    def get_manager(self):
        if not self._manager:
            await_store(os.environ.get("VLLM_JUNIT_STORE_READY"))
        return super().get_manager()

    def get_worker(self, kv_caches):
        if not self._worker:
            assert not self.config.canonical_layout, "canonical_layout needs CUDA"
            region = SharedOffloadRegion(
                engine_id=self._engine_id, num_chunks=self.num_chunks, rank=self.config.parallel.rank,
                kv_bytes_per_chunk=self.kv_bytes_per_chunk, cpu_page_size=self.cpu_page_size_per_worker)
            self._worker = HostCopyWorker(kv_caches, self.blocks_per_chunk, region)
        return self._worker


def await_store(mark):
    deadline = time.monotonic() + LONGEST_WAIT_S
    while mark and not os.path.exists(mark):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the object store was not ready within {LONGEST_WAIT_S} s")
        time.sleep(0.05)

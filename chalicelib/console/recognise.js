// Guess a file's format from its first bytes, or else its name. The registry inspects it later, and decides.
const MAGIC = [
  [0, "QFI\xfb", "qcow2"],
  [0, "KDMV", "vmdk"],
  [0, "# Disk DescriptorFile", "vmdk"],
  [0, "vhdxfile", "vhdx"],
  [0, "conectix", "vhd"],
  [0, "WithoutFreeSpace", "ploop"],
  [0, "WithouFreSpacExt", "ploop"],
  [0x40, "\x7f\x10\xda\xbe", "vdi"],
  [0x8001, "CD001", "iso"],
  [257, "ustar", "vmdk", "ova"],
];
const ENDINGS = { qcow2: "qcow2", qcow: "qcow2", vmdk: "vmdk", vhd: "vhd", vpc: "vhd", vhdx: "vhdx", vdi: "vdi", iso: "iso", ova: "vmdk" };
const HEAD = 0x8001 + 5;

// The name without its suffix, and both formats.
export async function recognise(file) {
  const head = Array.from(new Uint8Array(await file.slice(0, HEAD).arrayBuffer()), (byte) => String.fromCharCode(byte)).join("");
  const [, stem, ending = ""] = /^(.+?)(?:\.([A-Za-z0-9]+))?$/.exec(file.name);
  const found = MAGIC.find(([at, magic]) => head.startsWith(magic, at));
  const [, , disk = ENDINGS[ending.toLowerCase()] ?? "raw", container = ending.toLowerCase() === "ova" ? "ova" : "bare"] = found ?? [];
  return { name: stem, disk_format: disk, container_format: container };
}

/** What a process may have at most, from the kernel's words. Nodes read it too, so it stands alone. */
const sysResourceBit = 24n

/** Reads CapBnd of /proc/<pid>/status text: whether CAP_SYS_RESOURCE is in the bounding set. */
export function boundingSetHasSysResource(status: string): boolean {
  const hex = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1]
  return hex === undefined || ((BigInt(`0x${hex}`) >> sysResourceBit) & 1n) === 1n
}

/** What an ELF file of 64 bits says of itself: read here anew, so that what wrote it is not judged by itself. */
export interface Elf {
  readonly ident: readonly number[]
  readonly type: number
  readonly machine: number
  readonly version: number
  readonly entry: number
  readonly flags: number
  readonly headerSize: number
  readonly programHeaders: readonly ProgramHeader[]
  readonly sections: { readonly offset: number; readonly size: number; readonly count: number; readonly names: number }
}

export interface ProgramHeader {
  readonly type: number
  readonly flags: number
  readonly offset: number
  readonly address: number
  readonly physical: number
  readonly inFile: number
  readonly inMemory: number
  readonly alignment: number
}

export function parseElf(bytes: Uint8Array): Elf {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const at16 = (offset: number): number => view.getUint16(offset, true)
  const at32 = (offset: number): number => view.getUint32(offset, true)
  const at64 = (offset: number): number => Number(view.getBigUint64(offset, true))
  const [from, size, count] = [at64(0x20), at16(0x36), at16(0x38)]
  const programHeader = (start: number): ProgramHeader => ({
    type: at32(start),
    flags: at32(start + 0x04),
    offset: at64(start + 0x08),
    address: at64(start + 0x10),
    physical: at64(start + 0x18),
    inFile: at64(start + 0x20),
    inMemory: at64(start + 0x28),
    alignment: at64(start + 0x30),
  })
  return {
    ident: [...bytes.subarray(0, 16)],
    type: at16(0x10),
    machine: at16(0x12),
    version: at32(0x14),
    entry: at64(0x18),
    flags: at32(0x30),
    headerSize: at16(0x34),
    programHeaders: Array.from({ length: count }, (_, index) => programHeader(from + index * size)),
    sections: { offset: at64(0x28), size: at16(0x3a), count: at16(0x3c), names: at16(0x3e) },
  }
}

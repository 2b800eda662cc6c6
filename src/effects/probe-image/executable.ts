import { type Architecture, instructions } from './instructions.ts'
import { uint16, uint32, uint64 } from './little-endian.ts'

/** Where the file lies in memory: a multiple of `alignment`, above what kernels keep free at the bottom. */
const address = 0x40_0000
/** The largest page of a Linux kernel on these processors: arm64 can have 64 KiB. */
const alignment = 0x1_0000
const headerSize = 64
const programHeaderSize = 56

/** Source of the numbers: the ELF-64 object file format, version 1.5, and linux, include/uapi/linux/elf.h and elf-em.h. */
const machines: { readonly [architecture in Architecture]: number } = { amd64: 62, arm64: 183 }
const segment = { load: 1, stack: 0x6474_e551 }
const may = { execute: 1, write: 2, read: 4 }

/**
 * A program for Linux that prints a text and exits with 0: the header of the file, what the kernel is to do with it, the
 * instructions, the text. It is loaded as a whole to one place, asks for no interpreter and uses neither data nor stack.
 * @param text ASCII
 */
export function executable(architecture: Architecture, text: string): Uint8Array {
  const headersSize = headerSize + 2 * programHeaderSize
  const code = instructions[architecture](text.length)
  const size = headersSize + code.length + text.length
  return Buffer.concat([
    header(machines[architecture], address + headersSize),
    programHeader({ type: segment.load, flags: may.read | may.execute, address, size, alignment }),
    // Where it is missing, older kernels give a program a stack that can be executed, and some note that in their log.
    programHeader({ type: segment.stack, flags: may.read | may.write, address: 0, size: 0, alignment: 16 }),
    code,
    Buffer.from(text, 'latin1'),
  ])
}

/** @param entry where in memory the first instruction lies */
function header(machine: number, entry: number): Buffer {
  // prettier-ignore
  return Buffer.from([
    0x7f, 0x45, 0x4c, 0x46,       // ELF
    2, 1, 1,                      // of 64 bits, least significant byte first, version 1
    0, 0, 0, 0, 0, 0, 0, 0, 0,    // ABI of System V, its version 0, padding
    ...uint16(2),                 // e_type: to be loaded to where it says
    ...uint16(machine),           // e_machine
    ...uint32(1),                 // e_version
    ...uint64(entry),             // e_entry
    ...uint64(headerSize),        // e_phoff: the program headers follow
    ...uint64(0),                 // e_shoff: there are no sections
    ...uint32(0),                 // e_flags
    ...uint16(headerSize),        // e_ehsize
    ...uint16(programHeaderSize), // e_phentsize
    ...uint16(2),                 // e_phnum
    ...uint16(0),                 // e_shentsize
    ...uint16(0),                 // e_shnum
    ...uint16(0),                 // e_shstrndx
  ])
}

interface Segment {
  readonly type: number
  readonly flags: number
  readonly address: number
  readonly size: number
  readonly alignment: number
}

/** Each segment starts with the file, or is none of it. */
function programHeader(one: Segment): Buffer {
  // prettier-ignore
  return Buffer.from([
    ...uint32(one.type),      // p_type
    ...uint32(one.flags),     // p_flags
    ...uint64(0),             // p_offset
    ...uint64(one.address),   // p_vaddr
    ...uint64(one.address),   // p_paddr
    ...uint64(one.size),      // p_filesz
    ...uint64(one.size),      // p_memsz
    ...uint64(one.alignment), // p_align
  ])
}

import { uint32 } from './little-endian.ts'

export type Architecture = 'amd64' | 'arm64'

/**
 * The instructions of a program that writes the text that stands right behind them to its standard output, and exits
 * with 0. It does so also where it could not write: that it runs is what it proves, and a container may have no output.
 * (A pipe that nobody reads ends it by SIGPIPE, unless it is the first process of its namespace, as it is in a container.)
 * Source of the numbers of the calls: linux, arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
 */
export const instructions: { readonly [architecture in Architecture]: (textLength: number) => Buffer } = {
  // prettier-ignore
  amd64: (textLength) => Buffer.from([
    0xb8, 1, 0, 0, 0,               // mov eax, 1            write
    0xbf, 1, 0, 0, 0,               // mov edi, 1            to standard output
    0x48, 0x8d, 0x35, 16, 0, 0, 0,  // lea rsi, [rip + 16]   the text: 16 bytes of instructions lie between
    0xba, ...uint32(textLength),    // mov edx, textLength
    0x0f, 0x05,                     // syscall
    0xb8, 60, 0, 0, 0,              // mov eax, 60           exit
    0x31, 0xff,                     // xor edi, edi          with 0
    0x0f, 0x05,                     // syscall
  ]),

  // prettier-ignore
  arm64: (textLength) => Buffer.from([
    0xd2800020,                     // mov x0, #1            to standard output
    0x100000e1,                     // adr x1, . + 28        the text: 28 bytes from here, where this begins
    0xd2800002 + textLength * 32,   // mov x2, #textLength   a number stands from bit 5 on
    0xd2800808,                     // mov x8, #64           write
    0xd4000001,                     // svc #0
    0xd2800000,                     // mov x0, #0            with 0
    0xd2800ba8,                     // mov x8, #93           exit
    0xd4000001,                     // svc #0
  ].flatMap(uint32)),
}

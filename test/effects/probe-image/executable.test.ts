import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findProgram } from '../../../lab/packages.ts'
import { executable } from '../../../src/effects/probe-image/executable.ts'
import { parseElf } from './elf.ts'
import { runProgram, whyNotRun } from './run-program.ts'

const text = 'hello\n'
const longest = `${'x'.repeat(600)}\n`
/** Of each processor: its number in ELF, what readelf calls it, and how many bytes of instructions there are. */
const processors = [
  ['amd64', 62, 'Advanced Micro Devices X86-64', 33],
  ['arm64', 183, 'AArch64', 32],
] as const

describe.each(processors)('the program for %s', (architecture, machine, machineName, codeSize) => {
  const start = 64 + 2 * 56
  const address = 0x400000

  test.each([0, 6, 600])('every field of its headers, with a text of %d bytes', (length) => {
    const printed = 'x'.repeat(length)
    const bytes = executable(architecture, printed)
    const size = start + codeSize + printed.length
    expect(bytes).toHaveLength(size)
    expect(parseElf(bytes)).toEqual({
      ident: [0x7f, ...Buffer.from('ELF'), 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      type: 2,
      machine,
      version: 1,
      entry: address + start,
      flags: 0,
      headerSize: 64,
      programHeaders: [
        // read and execute, never write
        { type: 1, flags: 5, offset: 0, address, physical: address, inFile: size, inMemory: size, alignment: 0x10000 },
        { type: 0x6474e551, flags: 6, offset: 0, address: 0, physical: 0, inFile: 0, inMemory: 0, alignment: 16 },
      ],
      sections: { offset: 0, size: 0, count: 0, names: 0 },
    })
  })

  test('kernels with pages of 4, 16 and 64 KiB can load it: address and offset agree in every page', () => {
    const [load] = parseElf(executable(architecture, text)).programHeaders
    for (const page of [0x1000, 0x4000, 0x10000]) expect((load!.address - load!.offset) % page, `pages of ${page}`).toBe(0)
  })

  test('its instructions begin where a processor takes them, and its text is the end of the file', () => {
    const bytes = executable(architecture, text)
    expect(parseElf(bytes).entry % 4).toBe(0)
    expect(Buffer.from(bytes.subarray(start + codeSize)).toString()).toBe(text)
  })

  test('readelf reads it without a warning', ({ skip }) => {
    const readelf = findProgram('readelf')
    skip(readelf === undefined, 'needs readelf')
    const folder = mkdtempSync(join(tmpdir(), 'probe-'))
    try {
      writeFileSync(join(folder, 'probe'), executable(architecture, text))
      const shown = execFileSync('sh', ['-c', '"$0" -hlW "$1" 2>&1', readelf!, join(folder, 'probe')], { env: { LC_ALL: 'C' } }).toString()
      expect(shown).toContain(`Machine:                           ${machineName}\n`)
      expect(shown).toMatch(/^ {2}Type: +EXEC /m)
      expect(shown).toMatch(/^ {2}LOAD .* R E 0x10000$/m)
      expect(shown).toMatch(/^ {2}GNU_STACK .* RW {2}0x10$/m)
      expect(shown).not.toMatch(/warning|error/i)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  const whyNot = whyNotRun(architecture)
  const run = (printed: string, redirection?: string) => runProgram(architecture, executable(architecture, printed), redirection)

  describe.skipIf(whyNot !== null)(`run${whyNot === null ? '' : ` (${whyNot})`}`, () => {
    test.each([
      ['its text', text],
      ['a text that is longer than any line of a probe', longest],
      ['nothing', ''],
    ])('prints %s and exits with 0', async (_name, printed) => {
      expect(await run(printed)).toEqual({ code: 0, stdout: printed, stderr: '' })
    })

    test.each([
      ['closed', '>&-'],
      ['full', '>/dev/full'],
    ])('exits with 0 although its output is %s', async (_name, redirection) => {
      expect(await run(text, redirection)).toEqual({ code: 0, stdout: '', stderr: '' })
    })
  })
})

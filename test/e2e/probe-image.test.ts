import { beforeAll, describe, expect, test } from 'vitest'
import { ensurePackages } from '../../lab/packages.ts'
import { probeImage } from '../../src/effects/probe-image/probe-image.ts'
import { probeLine } from '../../src/effects/probe-image/probe-line.ts'
import { emulatorOf, runProgram } from '../effects/probe-image/run-program.ts'

const seed = { cluster: 'dev', registryHost: 'localhost:5001', slot: 0 }
const architectures = ['amd64', 'arm64'] as const

// On each processor, whichever this machine has. Not qemu-user-static: with systemd, that one makes the kernel run
// programs of every processor, and an image of the wrong one would no longer fail.
describe('the program of a probe image', () => {
  beforeAll(async () => {
    const emulators = architectures.flatMap((one) => emulatorOf(one) ?? [])
    await ensurePackages('emulator of another processor', Object.fromEntries(emulators.map((one) => [one, 'qemu-user'])))
  })

  test.each(architectures)('prints its line on %s', async (architecture) => {
    const { platforms } = await probeImage(seed)
    const { executable } = platforms.find((one) => one.platform === `linux/${architecture}`)!
    expect(await runProgram(architecture, executable)).toEqual({ code: 0, stdout: `${probeLine(seed)}\n`, stderr: '' })
  })
})

import { kindAt } from '../commands.ts'
import { argv, bytesOf, done, expectFile, fileBefore, move, presentFile, putBack, sha256, writeFile, type FileBefore } from './node-file.ts'
import { StepRefused, type Op, type RepairWorld, type StepOf } from './op.ts'

/** Writes a file of a node. */
export const filePut: Op<StepOf<'file.put'>, FileBefore> = {
  async capture(world, { node, path, expect }) {
    const before = await fileBefore(world, node, path)
    expectFile(before, expect, node, path)
    return before
  },
  present: (world, { node, path, content }, before) => presentFile(world, node, path, before, bytesOf(content)),
  apply: (world, { node, path, content }, before) => writeFile(world, node, path, bytesOf(content), before),
  async invert(world, { node, path }, before) {
    await putBack(world, node, path, before)
    return null
  },
}

/** Replaces lines of a file of a node, whatever else it says. */
export const fileSplice: Op<StepOf<'file.splice'>, FileBefore> = {
  async capture(world, { node, path, expect }) {
    const before = await fileBefore(world, node, path)
    expectFile(before, expect, node, path)
    return before
  },
  present: (world, step, before) => presentFile(world, step.node, step.path, before, spliced(step, before)),
  apply: (world, step, before) => writeFile(world, step.node, step.path, spliced(step, before), before),
  async invert(world, { node, path }, before) {
    await putBack(world, node, path, before)
    return null
  },
}

function spliced({ line, remove, insert }: StepOf<'file.splice'>, before: FileBefore): Uint8Array {
  if (before.was === 'absent') throw new StepRefused('there is no file whose lines could be replaced')
  // Bytes that are no text must come out as they went in.
  const lines = Buffer.from(before.bytes, 'base64').toString('latin1').split('\n')
  lines.splice(line - 1, remove, ...insert.map((one) => Buffer.from(one, 'utf8').toString('latin1')))
  return Buffer.from(lines.join('\n'), 'latin1')
}

type CopyBefore = { readonly there: FileBefore; /** What is copied, base64. */ readonly source: string }

/** Copies a file of a container onto a node. */
export const fileCopy: Op<StepOf<'file.copy'>, CopyBefore> = {
  async capture(world, { node, path, from, expect }) {
    const there = await fileBefore(world, node, path)
    expectFile(there, expect, node, path)
    const source = await world.ports.docker.read(from.container, from.path)
    if (source.type !== 'file') throw new StepRefused(`there is no file ${from.path} in ${from.container}`)
    return { there, source: Buffer.from(source.bytes).toString('base64') }
  },
  present: (world, { node, path }, { there, source }) => presentFile(world, node, path, there, Buffer.from(source, 'base64')),
  apply: (world, { node, path }, { there, source }) => writeFile(world, node, path, Buffer.from(source, 'base64'), there),
  async invert(world, { node, path }, { there }) {
    await putBack(world, node, path, there)
    return null
  },
}

/** Moves what is at a path of a node away. */
export const pathMove: Op<StepOf<'path.move'>, { readonly kind: string }> = {
  async capture(world, { node, from, to }) {
    const [kind, taken] = await Promise.all([kindOf(world, node, from), kindOf(world, node, to)])
    if (kind === 'absent') throw new StepRefused(`${from} on ${node} is gone since it was looked at; look again`)
    if (taken !== 'absent') throw new StepRefused(`${to} on ${node} is there already`)
    return { kind }
  },
  async present(world, { node, from, to }) {
    const [there, away] = await Promise.all([kindOf(world, node, from), kindOf(world, node, to)])
    if (there !== 'absent' && away === 'absent') return { is: 'before' }
    if (there === 'absent' && away !== 'absent') return { is: 'after' }
    return { is: 'other', what: there === 'absent' ? `${to} on ${node} is gone` : `${from} on ${node} is there again` }
  },
  apply: (world, { node, from, to }) => move(world, node, from, to),
  async invert(world, { node, from, to }) {
    await move(world, node, to, from)
    return null
  },
}

const kindOf = async ({ ports: { docker } }: RepairWorld, node: string, path: string): Promise<string> =>
  (await done(docker.run(node, ...argv(kindAt(path))), `look at ${path} on ${node}`)).stdout.trim()

type HostFileBefore = { readonly text: string | null }

/** Writes a file of this machine. */
export const hostFilePut: Op<StepOf<'host.file.put'>, HostFileBefore> = {
  async capture({ ports: { host } }, { path, expect }) {
    const text = await host.read(path)
    if ((text === null ? null : sha256(bytesOf(text))) !== expect)
      throw new StepRefused(`${path} has been changed since it was looked at; look again`)
    return { text }
  },
  async present({ ports: { host } }, { path, content }, before) {
    const text = await host.read(path)
    if (text === content) return { is: 'after' }
    return text === before.text ? { is: 'before' } : { is: 'other', what: `${path} has other content than was left there` }
  },
  apply: ({ ports: { host } }, { path, content }) => host.write(path, content, 0o644),
  async invert({ ports: { host } }, { path }, { text }) {
    await (text === null ? host.remove(path) : host.write(path, text, 0o644))
    return null
  },
}

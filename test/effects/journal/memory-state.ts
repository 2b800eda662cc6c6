import { StateError, type StatePort } from '../../../src/ports/write/state.ts'

/** Files by their names; a test may change them. */
export type Files = Map<string, Buffer>

export interface MemoryState extends StatePort {
  readonly files: Files
  text(name: string): string
}

/** A state directory in memory, with the processes of a machine: `starts` by their numbers. */
export function memoryState(files: Files = new Map(), starts: { readonly [pid: number]: string } = {}): MemoryState {
  return {
    files,
    text: (name) => files.get(name)!.toString('utf8'),
    directory: '/state',
    note: null,
    names: async () => [...files.keys()],
    read: async (name) => files.get(name) ?? null,
    create: async (name, text) => {
      if (files.has(name)) return false
      files.set(name, Buffer.from(text))
      return true
    },
    append: async (name, length, text) => {
      const bytes = files.get(name)
      if (bytes === undefined) throw new StateError('ENOENT', `${name} is not there`)
      if (bytes.length < length) throw new StateError('shorter', `${name} is shorter than it was left`)
      files.set(name, Buffer.concat([bytes.subarray(0, length), Buffer.from(text)]))
    },
    clear: async (name) => {
      if (files.has(name)) files.set(name, Buffer.alloc(0))
    },
    remove: async (name) => void files.delete(name),
    startOf: async (pid) => starts[pid] ?? null,
  }
}

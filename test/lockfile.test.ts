import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../scripts/root.ts'

interface Locked {
  readonly packages: {
    readonly [path: string]: { readonly version?: string; readonly optionalDependencies?: { readonly [name: string]: string } }
  }
}

const text = await readFile(join(root, 'package-lock.json'), 'utf8')
const { packages } = JSON.parse(text) as Locked

test('the lock file names no registry', () => {
  expect(text).not.toContain('"resolved"')
})

// A registry that lacks a package for another platform makes npm leave it out without a word: `npm ci` then fails with some
// versions of npm, and installs something that cannot run on that platform with others.
test('the lock file is complete for every platform', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !placesFor(path).some((place) => packages[`${place}node_modules/${name}`]?.version))
      .map((name) => `${name} of ${path}`),
  )
  expect(missing).toEqual([])
})

/** Where Node looks for what a package needs: in itself, then in each folder around it. */
function placesFor(path: string): string[] {
  if (path === '') return ['']
  return [`${path}/`, ...placesFor(path.replace(/(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+$/, ''))]
}

import { describe, expect, test } from 'vitest'
import { filesOf, type Files } from '../../src/containerd/files.ts'
import { renderedFiles } from '../../src/derive/rendered-files.ts'
import { header } from '../../src/k3s/hosts-toml.ts'
import type { FileEntry } from '../../src/model/observation.ts'

const root = '/certs.d'
const file = (text: string): FileEntry => ({ type: 'file', size: text.length, sha256: 'x', text })
const generated = `${header}\n`

const before = filesOf([
  {
    path: '/certs.d',
    answer: {
      entries: {
        '/certs.d': { type: 'dir' },
        '/certs.d/old:5000': { type: 'dir' },
        '/certs.d/old:5000/hosts.toml': file(generated),
        '/certs.d/own:5000': { type: 'dir' },
        '/certs.d/own:5000/hosts.toml': file('# mine\n'),
        '/certs.d/both:5000': { type: 'dir' },
        '/certs.d/both:5000/hosts.toml': file('# mine\n'),
        '/certs.d/both:5000/ca.crt': file('ca'),
      },
    },
  },
])

const after = renderedFiles(before, root, { 'new:5000/hosts.toml': 'new', 'both:5000/hosts.toml': 'both' })
const textOf = (files: Files, path: string): string | undefined => {
  const found = files.find(path)
  if ('entry' in found && found.entry.type === 'file') return found.entry.text
  return 'errno' in found ? found.errno : 'unseen' in found ? 'unseen' : 'dir'
}

describe('the files after the next start of k3s', () => {
  test.each([
    ['what k3s writes is there', '/certs.d/new:5000/hosts.toml', 'new'],
    ['with its directory', '/certs.d/new:5000', 'dir'],
    ['what it wrote and writes no more is gone', '/certs.d/old:5000/hosts.toml', 'ENOENT'],
    ['and so is its directory', '/certs.d/old:5000', 'ENOENT'],
    ['what others wrote stays', '/certs.d/own:5000/hosts.toml', '# mine\n'],
    ['where others wrote, k3s writes over it', '/certs.d/both:5000/hosts.toml', 'both'],
    ['beside it everything stays', '/certs.d/both:5000/ca.crt', 'ca'],
    ['what was not looked at is not known', '/etc/ssl/ca.crt', 'unseen'],
    ['what is nowhere is not there', '/certs.d/none/hosts.toml', 'ENOENT'],
    ['a path is cleaned first', '/certs.d//new:5000/./hosts.toml', 'new'],
  ])('%s', (_name, path, expected) => {
    expect(textOf(after, path)).toBe(expected)
  })

  test('lists', () => {
    expect(after.list(root).map((one) => one.name)).toEqual(['both:5000', 'new:5000', 'own:5000'])
    expect(after.list('/certs.d/both:5000')).toEqual([
      { name: 'ca.crt', type: 'file' },
      { name: 'hosts.toml', type: 'file' },
    ])
    expect(after.list('/certs.d/new:5000')).toEqual([{ name: 'hosts.toml', type: 'file' }])
  })

  test('a certs.d that was not there yet', () => {
    const files = renderedFiles(filesOf([{ path: '/certs.d', answer: { absent: true } }]), root, { 'new:5000/hosts.toml': 'new' })
    expect(textOf(files, '/certs.d')).toBe('dir')
    expect(files.list(root)).toEqual([{ name: 'new:5000', type: 'dir' }])
  })
})

import { describe, expect, test } from 'vitest'
import { atLeast, parseContainerdVersion } from '../../src/containerd/versions.ts'

describe('parseContainerdVersion', () => {
  test.each<[string, number, number, number, string, boolean]>([
    ['containerd github.com/containerd/containerd/v2 v2.1.4 75cb2b7193e4e490e9fbdc236c0e811ccaba3376', 2, 1, 4, '2.1.4', false],
    ['containerd github.com/containerd/containerd/v2 v2.1.4 ', 2, 1, 4, '2.1.4', false],
    ['containerd containerd.io 1.7.27 05044ec0a9a75232cad458027ca83437aae3f4da', 1, 7, 27, '1.7.27', false],
    ['containerd github.com/containerd/containerd v1.7.34', 1, 7, 34, '1.7.34', false],
    ['containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u1', 1, 6, 20, '1.6.20~ds1', false],
    ['containerd github.com/containerd/containerd 1.7.12 1.7.12-0ubuntu4.1', 1, 7, 12, '1.7.12', false],
    ['containerd github.com/k3s-io/containerd v2.1.5-k3s1 abcdef', 2, 1, 5, '2.1.5-k3s1', true],
    ['containerd github.com/k3s-io/containerd v1.7.23-k3s2', 1, 7, 23, '1.7.23-k3s2', true],
    ['containerd://2.1.4', 2, 1, 4, '2.1.4', false],
    ['containerd://2.1.5-k3s1', 2, 1, 5, '2.1.5-k3s1', true],
    ['containerd://2.2.0-rc.1', 2, 2, 0, '2.2.0-rc.1', false],
    ['containerd github.com/containerd/containerd/v2 v2.0.0-beta.2 x', 2, 0, 0, '2.0.0-beta.2', false],
    ['containerd github.com/containerd/containerd/v2 v2.3.1+unknown x', 2, 3, 1, '2.3.1+unknown', false],
    ['containerd github.com/containerd/containerd/v2 v2.1.4.m 75cb2b7.m', 2, 1, 4, '2.1.4.m', false],
    ['2.1.4', 2, 1, 4, '2.1.4', false],
    ['v2.1.4', 2, 1, 4, '2.1.4', false],
    ['  v2.1.4\n', 2, 1, 4, '2.1.4', false],
    ['warning: something\ncontainerd github.com/containerd/containerd/v2 v2.1.4 rev', 2, 1, 4, '2.1.4', false],
    ['containerd github.com/containerd/containerd/v2 v10.20.30 rev', 10, 20, 30, '10.20.30', false],
  ])('%j', (text, major, minor, patch, shown, k3s) => {
    expect(parseContainerdVersion(text)).toEqual({ major, minor, patch, text: shown, k3s })
  })

  test.each([
    '',
    'containerd',
    'garbage',
    'containerd github.com/containerd/containerd/v2',
    'sh: containerd: not found',
    '2.1',
    'docker://28.0',
    'containerd github.com/containerd/containerd 1.x.y',
    'containerd github.com/containerd/containerd <unknown> ',
  ])('%j holds none', (text) => {
    expect(parseContainerdVersion(text)).toBeNull()
  })
})

test.each<[string, [number, number, number?], boolean]>([
  ['2.2.0', [2, 2], true],
  ['2.1.99', [2, 2], false],
  ['3.0.0', [2, 2], true],
  ['1.9.9', [2, 0], false],
  ['2.2.2', [2, 2, 2], true],
  ['2.2.1', [2, 2, 2], false],
  ['2.10.0', [2, 9], true],
  ['1.7.27', [1, 5], true],
  // A release candidate has the rules of its release.
  ['2.2.0-rc.1', [2, 2], true],
])('%s is at least %j: %s', (text, [major, minor, patch], expected) => {
  expect(atLeast(parseContainerdVersion(text)!, major, minor, patch)).toBe(expected)
})

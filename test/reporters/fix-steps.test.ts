import { createTwoFilesPatch } from 'diff'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Step } from '../../src/model/finding.ts'
import { diffLines } from '../../src/reporters/terminal/fix-diff.ts'
import { groupSteps } from '../../src/reporters/terminal/fix-groups.ts'
import { stepLines } from '../../src/reporters/terminal/fix-steps.ts'
import { styleFor } from '../../src/reporters/terminal/style.ts'
import { did } from './fixes.ts'
import { options } from './reports.ts'

const style = styleFor({ clusters: [] }, options)
const verbose = styleFor({ clusters: [] }, { ...options, verbose: true })

describe('a diff', () => {
  test.each<[string, string, string[]]>([
    [
      'is its hunks, without the names of the file',
      'Index: a\n=====\n--- a\n+++ b\n@@ -1,1 +1,1 @@\n-x\n+y\n',
      ['@@ -1,1 +1,1 @@', '-x', '+y'],
    ],
    ['of a file that is new is what is in it', '--- a\n+++ b\n@@ -0,0 +1,2 @@\n+x\n+y\n', ['+x', '+y']],
    ['of a file that goes is what was in it', '@@ -1,1 +0,0 @@\n-x\n', ['-x']],
    ['keeps a line that looks like the head of one', '@@ -1,2 +1,1 @@\n--- a\n x\n', ['@@ -1,2 +1,1 @@', '--- a', ' x']],
    ['that is empty is none', '', []],
  ])('%s', (_what, diff, expected) => expect(diffLines(diff, style).map((line) => line.slice(6))).toEqual(expected))

  test('tells every line that is changed', () => {
    const lines = fc.array(fc.stringMatching(/^[!-~]{0,8}$/), { maxLength: 20 })
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const [old, now] = [before, after].map((one) => one.map((line) => `${line}\n`).join(''))
        const patch = createTwoFilesPatch('old', 'new', old!, now!, '', '', { context: 0 })
        const shown = diffLines(patch, verbose).map((line) => line.slice(6))
        const changed = (sign: string): string[] => shown.filter((line) => line.startsWith(sign)).map((line) => line.slice(1))
        // What is left of one without what was taken out, and of the other without what was put in, is the same.
        const left = (all: readonly string[], gone: readonly string[]): string[] => {
          const rest = [...all]
          for (const line of gone) rest.splice(rest.indexOf(line), 1)
          return rest.toSorted()
        }
        expect(before.length - changed('-').length).toBe(after.length - changed('+').length)
        expect(left(before, changed('-'))).toEqual(left(after, changed('+')))
      }),
    )
  })
})

describe('steps are one where they do the same', () => {
  const restart = (node: string): Step => ({ op: 'service.restart', node, service: 'containerd' })
  const rows: readonly [string, readonly ReturnType<typeof did>[], readonly (readonly string[])[]][] = [
    ['to several nodes', [did(restart('dev-worker'), 'applied'), did(restart('dev-worker2'), 'applied')], [['dev-worker', 'dev-worker2']]],
    [
      'and the same came of it',
      [did(restart('a'), 'applied'), did(restart('b'), 'failed', { reason: 'no' }), did(restart('c'), 'applied')],
      [['a', 'c'], ['b']],
    ],
    [
      'and fail in one way, in which each names itself',
      [did(restart('a'), 'failed', { reason: 'a is down' }), did(restart('b'), 'failed', { reason: 'b is down' })],
      [['a', 'b']],
    ],
    [
      'to pods',
      ['x', 'y'].map((pod) => did({ op: 'pod.delete', cluster: 'dev', kubectl: 'kubectl', namespace: 'default', pod }, 'applied')),
      [['x', 'y']],
    ],
    [
      'and not where they are of no node',
      [1, 2].map(() => did({ op: 'container.start', container: 'kind-registry' }, 'applied')),
      [[], []],
    ],
  ]
  test.each(rows)('%s', (_what, steps, expected) => expect(groupSteps(steps).map(({ on }) => on)).toEqual(expected))
})

describe('a step', () => {
  const put: Step = { op: 'file.put', node: 'a', path: '/etc/x', content: 'x\n', expect: null }
  const manual: Step = { op: 'manual', text: 'start it again' }
  const splice: Step = { op: 'file.splice', node: 'a', path: '/etc/x', line: 1, remove: 0, insert: ['y', 'z'], expect: 'abc' }
  test.each<[string, ReturnType<typeof did>, string[]]>([
    ['that is planned without a diff is its command', did(put, 'planned'), ['  · /etc/x (new) on a', `    ${did(put, 'planned').show}`]],
    ['that is done needs none', did(put, 'applied'), ['  ✓ /etc/x (new) on a']],
    ['that is a sentence is wrapped, not pasted', did(manual, 'planned'), ['  · start it again']],
    [
      'of several lines starts at the margin',
      did(splice, 'planned', { show: "docker exec a sed -i '1i\\\ny\\\nz' /etc/x" }),
      ['  · /etc/x on a', '', "docker exec a sed -i '1i\\", 'y\\', "z' /etc/x", ''],
    ],
    ['that stays says why', did(put, 'kept', { reason: 'it was changed since' }), ['  ! stays: /etc/x on a', '    → it was changed since']],
    ['that was so already shows no change', did(put, 'unchanged', { diff: '@@ -0,0 +1 @@\n+x' }), ['  ✓ so already: /etc/x on a']],
  ])('%s', (_what, step, expected) => expect(stepLines([step], step.status === 'kept' ? 'undo' : 'fix', style)).toEqual(expected))
})

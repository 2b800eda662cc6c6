import { expect, test } from 'vitest'
import { problem } from '../../src/reporters/terminal/problem.ts'
import { styleFor } from '../../src/reporters/terminal/style.ts'
import { options } from './reports.ts'

const style = styleFor({ clusters: [] }, options)
const shown = (code: string, exitCode: 2 | 3 = 3): string[] => problem({ exitCode, error: { code, message: 'why' } }, style)

test.each([
  ['docker-unreachable', 'docker info'],
  ['kubelet-not-responding', 'kubectl get nodes'],
  ['kubelet-not-responding', 'docker exec NODE systemctl status kubelet'],
  ['kubelet-not-responding', 'docker logs --tail 50 NODE'],
  ['pod-pending', 'kubectl get pods --all-namespaces -o wide'],
])('%s: what is advised has "%s" on a line of its own', (code, command) => {
  const [reason, advice, ...more] = shown(code)
  expect([reason, advice]).toEqual(['? why', expect.stringMatching(/^ {2}to do {5}\S/)])
  expect(more).toContain(`            ${command}`)
})

test('a longer limit is advised where a limit ended it, and nowhere else', () => {
  const codes = ['timeout', 'kubelet-not-responding', 'pod-pending', 'kube-unreachable', 'pod-rejected']
  expect(codes.filter((code) => shown(code).join().includes('--timeout'))).toEqual(['timeout'])
})

test.each(['pod-rejected', 'constructor', ''])('nothing is advised of a code that is not known: %j', (code) =>
  expect(shown(code)).toEqual(['? why']),
)

test('who said what cannot be is told where it stands what can', () =>
  expect(shown('bad-flag', 2).at(-1)).toBe('            registry-doctor --help'))

test('a run that could judge has no problem', () => expect(problem({ exitCode: 0 }, style)).toEqual([]))

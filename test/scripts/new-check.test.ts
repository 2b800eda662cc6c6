import { describe, expect, test } from 'vitest'
import { withCheck } from '../../scripts/check-template.ts'

const index = `import type { AnyCheck } from './define-check.ts'
import hostingConfigmap from './cluster/hosting-configmap.ts'
import registryRunning from './engine/registry-running.ts'
import nodeRunning from './node/node-running.ts'

export const checks: readonly AnyCheck[] = [
  nodeRunning,
  registryRunning,
  hostingConfigmap,
]
`

describe('a new check is listed', () => {
  test('after the last of its group, its import in order', () => {
    expect(withCheck(index, 'node/clock-skew').split('\n')).toEqual([
      "import type { AnyCheck } from './define-check.ts'",
      "import hostingConfigmap from './cluster/hosting-configmap.ts'",
      "import registryRunning from './engine/registry-running.ts'",
      "import clockSkew from './node/clock-skew.ts'",
      "import nodeRunning from './node/node-running.ts'",
      '',
      'export const checks: readonly AnyCheck[] = [',
      '  nodeRunning,',
      '  clockSkew,',
      '  registryRunning,',
      '  hostingConfigmap,',
      ']',
      '',
    ])
  })

  test('at the end, where its group is new', () => {
    expect(withCheck(index, 'image/pushed')).toContain('  hostingConfigmap,\n  pushed,\n]')
  })

  test('first among the imports', () => {
    expect(withCheck(index, 'api/reachable')).toContain("define-check.ts'\nimport reachable from './api/reachable.ts'\nimport hosting")
  })

  test('under a name of its own', () => {
    expect(withCheck(index, 'engine/node-running')).toContain('import engineNodeRunning from')
  })

  test('once', () => {
    expect(() => withCheck(index, 'node/node-running')).toThrow('listed already')
  })
})

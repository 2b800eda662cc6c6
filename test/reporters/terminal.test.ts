import { describe, expect, test } from 'vitest'
import type { Report } from '../../src/model/report.ts'
import type { ReporterOptions } from '../../src/model/reporter.ts'
import { hops } from '../../src/model/words.ts'
import { terminal } from '../../src/reporters/terminal.ts'
import { sgr } from './hostile.ts'
import {
  apiSilent,
  elsewhereOnly,
  healthy,
  imageNotPushed,
  incidents,
  noDocker,
  podsWait,
  registryStopped,
  twoFaults,
  warningOnly,
} from './incidents.ts'
import { check, fail, finding, node, options, pass, registry, report, root, symptom, wentWrong } from './reports.ts'

const shown = (given: Report, look: Partial<ReporterOptions> = {}): string =>
  terminal(given, { ...options, ...look })
    .map(({ text }) => text)
    .join('')
const lines = (given: Report, look: Partial<ReporterOptions> = {}): string[] => shown(given, look).trimEnd().split('\n')
const verdictOf = (given: Report, look: Partial<ReporterOptions> = {}): string | undefined => lines(given, look).at(-1)

// What people see, to be read as a whole: expected/<incident>.<columns>.txt.
const looks = { '60': { columns: 60, unicode: false }, '80': {}, '120': { columns: 120, verbose: true } }
test.each(
  Object.entries(incidents).flatMap(([name, given]) =>
    Object.entries(looks).map(([look, parts]) => [`${name}.${look}`, given, parts] as const),
  ),
)('%s looks as expected', async (name, given, look) => {
  await expect(shown(given, look)).toMatchFileSnapshot(`expected/${name}.txt`)
})

test.each<[NonNullable<Report['only']>, string]>([
  [{ namespace: 'shop' }, 'only      pods in namespace shop'],
  [{ namespace: 'shop', pod: 'app' }, 'only      pod app in namespace shop, with the nodes and registries that this takes'],
  [{ namespace: 'shop', owner: 'deploy/app' }, 'only      the pods of deploy/app in namespace shop, with the nodes'],
])('that only a part was asked after: %j', (only, line) => {
  expect(shown({ ...healthy, only }, { verbose: true, columns: 100 })).toContain(line)
})

describe('the last line', () => {
  test.each<[string, Report, Partial<ReporterOptions>, string]>([
    ['healthy', healthy, {}, 'healthy · 4 passed'],
    ['warnings only', warningOnly, {}, 'healthy: 1 warning · 5 passed'],
    ['one root cause', registryStopped, {}, 'unhealthy: 1 root cause, 3 pods, 1 consequence · 3 passed, 2 failed, 1 skipped'],
    ['narrow', registryStopped, { columns: 60 }, 'unhealthy: 1 root cause · 3 passed, 2 failed, 1 skipped'],
    ['two root causes', twoFaults, {}, 'unhealthy: 2 root causes, 2 pods, 3 consequences · 3 passed, 5 failed'],
    ['blocked', apiSilent, {}, 'incomplete: kube-unreachable · 4 passed, 3 not judged'],
    ['nothing judged', noDocker, {}, 'incomplete: docker-unreachable'],
    ['pods that only wait', podsWait, {}, 'healthy · 5 passed'],
    ['no checks', report({ checks: [] }), {}, 'healthy'],
    ['ascii', healthy, { unicode: false }, 'healthy - 4 passed'],
  ])('%s', (_name, given, look, expected) => {
    expect(verdictOf(given, look)).toBe(expected)
    expect(lines(given, { ...look, quiet: true }), 'is all that quiet says').toEqual([expected])
  })
})

test('a healthy cluster takes few lines', () => {
  expect(lines(healthy)).toHaveLength(4)
})

test('what is wrong and the command that repairs it stand in the first 24 lines of a stopped registry', () => {
  const screen = lines(registryStopped)
  expect(screen.length).toBeLessThanOrEqual(24)
  expect(screen).toContain('            docker start kind-registry')
})

describe('the way', () => {
  const broken = (...faults: Parameters<typeof finding>[]): Report => {
    const findings = faults.map((fault) => finding(...fault))
    return report({ status: 'unhealthy', findings, rootCauses: findings.map((each) => root(each)) })
  }
  const wayOf = (given: Report): string[] => {
    const all = lines(given)
    const start = all.findIndex((line) => line.startsWith('  host → '))
    return start < 0 ? [] : all.slice(start, all.indexOf('', start))
  }

  test.each(hops)('marks a station for the hop %s', (hop) => {
    const [path, label] = wayOf(broken(['registry-not-answering', registry('r'), { check: 'a/b', hop, message: 'm' }]))
    expect(label?.trim()).toBe('✗ r')
    expect(path?.slice(label?.indexOf('✗'))).toMatch(/^(host|engine|registry|network|node|pod)\b/)
  })

  test('is absent where nothing is broken', () => {
    expect([wayOf(healthy), wayOf(warningOnly), wayOf(noDocker)]).toEqual([[], [], []])
  })

  test.each<[string, Parameters<typeof finding>[1], string]>([
    ['nodes', node(''), '✗ 3 nodes'],
    ['registries', registry(''), '✗ 3 registries'],
    ['images', { kind: 'image', cluster: 'dev', name: '' }, '✗ 3 images'],
  ])('counts the %s where there are too many to name', (_kind, subject, label) => {
    const faults = ['a-long-name', 'another-long-name', 'the-longest-name-of-all'].map((name): Parameters<typeof finding> => [
      'registry-name-unresolvable',
      { ...subject, name },
      { check: 'node/a', hop: 'name', message: `${name} lacks it` },
    ])
    expect(wayOf(broken(...faults))[1]?.trim()).toBe(label)
  })

  test('is told of each cause, and no label leaves the screen', () => {
    const far = 'x'.repeat(45)
    const given = broken(
      ['registry-not-running', registry(far), { check: 'a/b', hop: 'registry', message: 'm' }],
      ['hosts-toml-missing', node(far), { check: 'a/b', hop: 'start', message: 'm' }],
    )
    expect(lines(given).filter((line) => line.includes(far))).toEqual([`                  ✗ ${far}`, `${' '.repeat(33)}✗ ${far}`])
    expect(lines(given).filter((line) => line.startsWith('  host → '))).toHaveLength(2)
  })
})

describe('causes', () => {
  const onEvery = ['n1', 'n2', 'n3'].map((name) =>
    finding('config-path-missing', node(name), {
      check: 'node/a',
      hop: 'resolve',
      message: `${name} has no config_path`,
      evidence: [{ vantage: 'node', asked: `config of ${name}`, saw: 'none' }],
      remedies: [
        {
          title: `set it on ${name}`,
          risk: 'disruptive',
          steps: [{ op: 'manual', text: 'wait until the node is Ready' }],
          show: [`docker restart ${name}`, 'wait until the node is Ready'],
        },
      ],
    }),
  )
  const given = report({
    status: 'unhealthy',
    findings: onEvery,
    rootCauses: onEvery.map((each) => root(each)),
    checks: [check('node/a', 't', ...onEvery.map((each) => fail(each.subject, each)))],
  })

  test('the same fault of several nodes is told once, with the repair of each', () => {
    const text = shown(given)
    expect(text.match(/✗ n\d has no config_path/g)).toEqual(['✗ n1 has no config_path'])
    expect(text).toContain('  the same on n2, n3\n')
    expect(text.match(/docker restart n\d/g)).toEqual(['docker restart n1', 'docker restart n2', 'docker restart n3'])
    expect(text).not.toContain('config of n2')
    expect(shown(given, { verbose: true })).toContain('config of n2')
  })

  test('a repair that disturbs says so', () => {
    expect(shown(given, { columns: 100 })).toContain('set it on n1 (disruptive: a restart that running pods survive)')
  })

  test('without a remedy there is the advice of the code', () => {
    const bare = finding('registry-not-running', registry(), { check: 'a/b', hop: 'registry', message: 'm' })
    expect(shown(report({ findings: [bare], rootCauses: [root(bare)] }))).toContain('  repair    Start the container.')
  })

  test('a command is never wrapped and keeps its lines at the margin', () => {
    const screen = lines(twoFaults, { columns: 60 })
    const start = screen.findIndex((line) => line.startsWith('docker exec -i'))
    expect(screen.slice(start, start + 3)).toEqual([
      expect.stringMatching(/^docker exec -i .* <<'EOF'$/),
      '[host."http://kind-registry:5000"]',
      'EOF',
    ])
  })

  test('a finding that rootCauses forgot is shown', () => {
    const [first] = onEvery
    expect(shown(report({ findings: [first!], rootCauses: [] }))).toContain('✗ n1 has no config_path')
  })

  test('many consequences are cut, unless verbose', () => {
    const cause = finding('registry-not-running', registry(), { check: 'a/b', hop: 'registry', message: 'm' })
    const explained = Array.from({ length: 12 }, (_, nth) =>
      finding('registry-not-answering', registry(), { check: 'a/c', hop: 'name', message: `effect ${nth}`, qualifier: String(nth) }),
    )
    const many = report({ findings: [cause, ...explained], rootCauses: [root(cause, explained)] })
    expect(shown(many)).toContain('· effect 6\n            5 more with --verbose\n')
    expect(shown(many, { verbose: true })).toContain('· effect 11\n')
  })
})

describe('the pods of a cause', () => {
  const cause = finding('registry-not-running', registry(), { check: 'a/b', hop: 'registry', message: 'it has stopped' })
  const head = (symptoms: Report['symptoms'], look: Partial<ReporterOptions> = {}): string[] => {
    const all = lines(report({ findings: [cause], rootCauses: [root(cause, [], symptoms)], symptoms }), look)
    const start = all.findIndex((line) => line.startsWith('✗'))
    return all.slice(start, all.findIndex((line) => line.includes('because')) + 1)
  }

  test('stand before it, and it before all else', () => {
    const order = ['✗ 3 pods of deploy/app', '  because kind-registry is not', '  explains', '  host →', '  proof', '  repair', '  docs']
    const all = lines(registryStopped)
    const found = order.map((start) => all.findIndex((line) => line.startsWith(start)))
    expect(found).toEqual(found.toSorted((a, b) => a - b))
    expect(found).not.toContain(-1)
  })

  test.each<[string, Partial<Report['symptoms'][number]>[], string[]]>([
    ['one', [{}], ['pod default/p0 on dev-worker: ImagePullBackOff (localhost:5001/app:1)']],
    ['several of one owner', [{}, {}], ['2 pods of deploy/app in default: ImagePullBackOff (localhost:5001/app:1)']],
    [
      'the same between two tries',
      [{}, { reason: 'ErrImagePull' }],
      ['2 pods of deploy/app in default: ErrImagePull, ImagePullBackOff', '(localhost:5001/app:1)'],
    ],
    [
      'of other namespaces',
      [{}, { namespace: 'shop' }],
      [
        'pod default/p0 on dev-worker: ImagePullBackOff (localhost:5001/app:1)',
        'pod shop/p1 on dev-worker: ImagePullBackOff (localhost:5001/app:1)',
      ],
    ],
    ['not scheduled', [{ node: '' }], ['pod default/p0: ImagePullBackOff (localhost:5001/app:1)']],
    ['one that hangs', [{ reason: 'Pulling' }], ['pod default/p0 on dev-worker: Pulling, and no outcome yet', '(localhost:5001/app:1)']],
    [
      'now and then',
      [{ state: 'intermittent' }],
      ['pod default/p0 on dev-worker: ImagePullBackOff, which comes and goes', '(localhost:5001/app:1)'],
    ],
    [
      'two containers of one pod',
      [
        { pod: 'p', container: 'a' },
        { pod: 'p', container: 'b' },
      ],
      [
        'pod default/p on dev-worker: ImagePullBackOff (localhost:5001/app:1, container',
        'a)',
        'pod default/p on dev-worker: ImagePullBackOff (localhost:5001/app:1, container',
        'b)',
      ],
    ],
  ])('%s', (_what, parts, expected) => {
    const given = parts.map((one, nth) => symptom(`p${nth}`, cause, { id: String(nth), ...one }))
    expect(head(given).map((line) => line.slice(2))).toEqual([...expected, 'because it has stopped'])
  })

  test('many are cut, unless verbose', () => {
    const many = Array.from({ length: 12 }, (_, nth) =>
      symptom(`p${nth}`, cause, { id: String(nth), owner: `deploy/${Math.floor(nth / 2)}` }),
    )
    expect(head(many)).toHaveLength(7)
    expect(head(many)[5]).toBe('  … and 2 more pods with --verbose')
    expect(head(many, { verbose: true })).toHaveLength(7)
    expect(head(many, { verbose: true })[5]).toMatch(/^✗ 2 pods of deploy\/5 /)
  })

  test('of images that lack the same are told with one cause', () => {
    expect(shown(imageNotPushed)).toContain('\n  the same for localhost:5001/api:2\n')
    expect(shown(imageNotPushed).match(/ because /g)).toHaveLength(1)
  })
})

describe('pods without a cause', () => {
  const of = (...symptoms: Report['symptoms']): Report => report({ symptoms })

  test('of a registry that could not be asked are told with what the kubelet says', () => {
    const other = symptom('web-0', null, {
      reason: 'ErrImagePull',
      message: 'manifest unknown',
      explanation: 'could not be asked for again',
    })
    expect(shown(of(other))).toContain(
      '? pod default/web-0 on dev-worker: ErrImagePull (localhost:5001/app:1)\n  could not be asked for again\n  kubelet   manifest unknown\n',
    )
  })

  test('that a report of an older version does not explain are told the same way', () => {
    const { registry: _, ...older } = symptom('web-0', null, { message: 'manifest unknown' })
    expect(shown(of(older))).toContain(
      '? pod default/web-0 on dev-worker: ImagePullBackOff (localhost:5001/app:1)\n  kubelet   manifest unknown\n',
    )
    const stale = symptom('web-0', null, { state: 'stale' })
    expect(shown(of(stale))).toContain('ImagePullBackOff, though it can be had now\n')
  })

  test.each([60, 80, 120])('that only wait: each command is a line of its own at %i columns', (columns) => {
    const commands = podsWait.symptoms.flatMap(({ command }) => command ?? [])
    const screen = lines(podsWait, { columns }).map((line) => line.trim())
    expect(commands).toHaveLength(3)
    expect(screen).toEqual(expect.arrayContaining(commands))
    expect(screen.filter((line) => line === 'at once with:')).toHaveLength(2)
  })

  test('that only wait: many commands are cut, unless verbose', () => {
    const pods = Array.from({ length: 5 }, (_, nth) =>
      symptom(`p${nth}`, null, { id: String(nth), state: 'stale', explanation: 'soon', command: `hurry ${nth}` }),
    )
    expect(shown(of(...pods))).toContain('  soon\n  at once with:\n    hurry 0\n    hurry 1\n    hurry 2\n    2 more with --verbose\n')
    expect(shown(of(...pods), { verbose: true })).toContain('    hurry 4\n')
  })

  test('from elsewhere are told with the words of the kubelet only if verbose, and never as an error', () => {
    expect(shown(elsewhereOnly)).not.toMatch(/kubelet|[✗!?]/)
    expect(shown(elsewhereOnly, { verbose: true })).toContain('  kubelet   Pulling image "docker.io/postgres:17"')
    // oxlint-disable-next-line no-control-regex
    expect(shown(elsewhereOnly, { color: true })).not.toMatch(/\u001b\[3[135]m/)
  })

  test('of which the same is to be said are told together', () => {
    expect(shown(elsewhereOnly).match(/but of registry\.k8s\.io/g)).toHaveLength(1)
  })

  test('three groups are told where all is well, unless verbose', () => {
    const marks = (look?: Partial<ReporterOptions>): number => lines(podsWait, look).filter((line) => line.startsWith('–')).length
    expect([marks(), marks({ verbose: true })]).toEqual([3, 5])
    expect(lines(podsWait).at(-3)).toBe('  … and 2 more pods with --verbose')
  })
})

test('pods are told with their cluster where there are several', () => {
  const clusters = ['dev', 'test'].map((name) => ({ ...report().clusters[0]!, name }))
  expect(shown({ ...registryStopped, clusters })).toContain('3 pods of deploy/app in default of cluster dev: ')
})

test('a check that went wrong is our fault, and says so', () => {
  const text = shown(report({ status: 'incomplete', checks: [check('node/a', 'a node is well', wentWrong(node('n'), 'boom'))] }))
  expect(text).toContain('? a check went wrong, which is a fault of registry-doctor: boom\n    a node is well [n]\n')
})

test('a replay says in one line that it is one', () => {
  expect(lines({ ...healthy, mode: 'bundle' })[0]).toBe('  replay    of a recorded bundle: nothing on this machine was asked')
})

test('skipped checks and choices are told only if verbose', () => {
  const given = { ...registryStopped, choices: healthy.choices! }
  expect(shown(given)).not.toMatch(/kind-registry is not running\n|chosen/)
  expect(shown(given, { verbose: true })).toMatch(/– dev +skip, 12 ms\n +kind-registry is not running\n/)
  expect(shown(given, { verbose: true })).toContain('  chosen    cluster dev: context kind-dev')
})

test('a warning is marked in the list of checks', () => {
  expect(shown(warningOnly, { verbose: true })).toMatch(/! dev +pass, 12 ms/)
})

test('wrong usage says where help is', () => {
  const wrong = report({
    status: 'incomplete',
    exitCode: 2,
    error: { code: 'unknown-cluster', message: 'no cluster "typo"; there is "dev"' },
    clusters: [],
    registries: [],
    checks: [],
  })
  expect(lines(wrong)[0]).toBe('? no cluster "typo"; there is "dev"')
  expect(shown(wrong)).toContain('registry-doctor --help')
})

test('color changes nothing but color', () => {
  for (const given of Object.values(incidents)) {
    expect(shown(given, { color: true })).not.toBe(shown(given))
    expect(shown(given, { color: true }).replace(sgr, '')).toBe(shown(given))
  }
})

test('ascii output of our own texts is ascii', () => {
  for (const given of Object.values(incidents)) expect(shown(given, { unicode: false, verbose: true })).toMatch(/^[\n\u0020-\u007e]*$/)
})

test('a stopped node and a mixed cluster show in the header', () => {
  const [dev] = report().clusters
  const nodes = dev!.nodes.map((each, nth) =>
    nth === 2 ? { name: each.name, role: each.role, running: false } : { ...each, containerRuntime: `containerd://2.${nth}.0` },
  )
  expect(
    lines(report({ clusters: [{ ...dev!, nodes }], registries: [], checks: [check('node/a', 't', pass(node('n')))] })).slice(0, 3),
  ).toEqual([
    '  cluster   dev (kind): 3 nodes, 1 not running, containerd 2.0.0, containerd',
    '            2.1.0, Kubernetes v1.34.4',
    '  registry  none: nothing here refers to a local registry',
  ])
})

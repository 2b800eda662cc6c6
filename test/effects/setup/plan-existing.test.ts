import { describe, expect, test } from 'vitest'
import { discover } from '../../../src/discover/discover.ts'
import type { SetupOptions } from '../../../src/effects/setup/options.ts'
import { planSetup } from '../../../src/effects/setup/plan-setup.ts'
import { everything } from '../../checks/check-table.ts'
import { certsPath, kind, kindConfig, leadingTo, noConfigPath, type KindOptions } from '../../sessions/kind.ts'
import { machine } from './machine.ts'
import { planned, shown } from './planned.ts'

const own = '[host."http://kind-registry:5000"]\n'
const complete: KindOptions = { everyNode: { files: { [certsPath('kind-registry:5000')]: own } } }

describe('what is there already', () => {
  test.each<[string, KindOptions]>([
    ['the cluster of kind’s documentation, with a hosts.toml for the name too', complete],
    [
      'whatever leads there: an alias of the container',
      {
        registry: { aliases: ['reg'] },
        everyNode: {
          files: Object.fromEntries(
            ['localhost:5001', 'kind-registry:5000'].map((host) => [certsPath(host), '[host."http://reg:5000"]\n']),
          ),
        },
      },
    ],
    [
      'a registry over HTTPS that nodes take as the user has set it up',
      {
        registry: { serves: 'tls' },
        everyNode: { files: { [certsPath()]: '[host."https://kind-registry:5000"]\n  skip_verify = true\n' } },
      },
    ],
    ['_default for all hosts', { everyNode: { files: { '/etc/containerd/certs.d': null, [certsPath('_default')]: own } } }],
  ])('is left as it is: %s', async (_what, world) => {
    expect(await shown(world)).toEqual([])
  })

  test('only what lacks is written', async () => {
    const steps = await shown({ ...complete, nodes: { worker2: { files: { '/etc/containerd/certs.d/localhost:5001': null } } } })
    expect(steps).toEqual([
      `safe printf '%b' '[host."http://kind-registry:5000"]\\n' | docker exec -i dev-worker2 sh -c 'mkdir -p /etc/containerd/certs.d/localhost:5001 && cat > /etc/containerd/certs.d/localhost:5001/hosts.toml'`,
    ])
  })

  const withoutConfigPath = { ...complete.everyNode, files: { ...complete.everyNode!.files, ...noConfigPath.files } }

  test.each<[string, KindOptions, RegExp[]]>([
    ['a registry that has stopped', { registry: { state: 'exited' } }, [/^safe docker start kind-registry$/]],
    ['one that is paused', { registry: { state: 'paused' } }, [/^safe docker unpause kind-registry$/]],
    ['one off the network', { registry: { networks: ['bridge'] } }, [/^safe docker network connect kind kind-registry$/]],
    ['one that is not published', { registry: { published: [] } }, [/^disruptive docker stop kind-registry .*-p 127\.0\.0\.1:5001:5000/]],
    ['a ConfigMap with another port', { configMap: 'host: "localhost:5009"' }, [/^safe kubectl .*host: localhost:5001/]],
    ['no ConfigMap', { configMap: null }, [/^safe kubectl --context kind-dev -n kube-public create configmap/]],
    [
      'no config_path',
      { workers: 0, everyNode: withoutConfigPath },
      [/^disruptive printf .*config_path/, /^disruptive docker exec dev-control-plane systemctl restart containerd$/],
    ],
  ])('%s', async (_what, world, expected) => {
    const steps = await shown({ ...complete, ...world })
    expect(steps).toHaveLength(expected.length)
    expected.forEach((pattern, index) => expect(steps[index]).toMatch(pattern))
  })

  test('of a configuration with secrets only the lines that change are written', async () => {
    const config = `${kindConfig}[proxy_plugins]\n# token = "[redacted:0123456789ab]"\n`
    const files = { ...complete.everyNode!.files, '/etc/containerd/config.toml': config }
    const { look } = kind({ workers: 0, everyNode: { files } })
    const { repairs } = planned(await planSetup(look, await discover(look, everything), {}, machine()))
    const [step] = repairs.flatMap((one) => one.steps)
    expect(step).toMatchObject({
      op: 'file.splice',
      path: '/etc/containerd/config.toml',
      insert: expect.arrayContaining([expect.stringMatching(/config_path/)]),
    })
    expect(JSON.stringify(step)).not.toContain('redacted')
  })

  test('a registry that is gone comes back under its name and on its port', async () => {
    const steps = await shown({ ...complete, registry: null, everyNode: leadingTo('http://my-reg:5000'), configMap: null })
    expect(steps.slice(0, 2)).toEqual([
      'safe docker run -d --restart=always -p 127.0.0.1:5001:5000 -v my-reg:/var/lib/registry --name my-reg registry:3',
      'safe docker network connect kind my-reg',
    ])
    expect(steps.filter((one) => one.includes('certs.d/localhost:5001'))).toEqual([])
  })

  test('what holds not for ever, or not only here, is told', async () => {
    const { look } = kind({ ...complete, registry: { published: [{ port: 5000, hostIp: '0.0.0.0', hostPort: 5001 }] } })
    const plan = planned(await planSetup(look, await discover(look, everything), {}, machine()))
    expect(plan.notes).toEqual([expect.stringMatching(/^kind-registry is published on all addresses/)])
  })
})

describe('what is not touched', () => {
  const otherFile = (text: string): KindOptions => ({ everyNode: { files: { [certsPath()]: text } } })
  const web = {
    name: 'web',
    image: 'nginx:1',
    serves: 'web-page',
    listens: 80,
    published: [{ port: 80, hostIp: '127.0.0.1', hostPort: 8080 }],
  } as const
  const mirrors = `${kindConfig}[plugins."io.containerd.grpc.v1.cri".registry.mirrors."localhost:5001"]\nendpoint = ["http://other:5000"]\n`
  const named: SetupOptions = { registryName: 'kind-registry' }

  test.each<[string, KindOptions, SetupOptions, RegExp]>([
    [
      'a container of that name that is no registry',
      { registry: null, containers: [web], everyNode: { files: { '/etc/containerd/certs.d': null } }, configMap: null },
      { registryName: 'web' },
      /^refused name-taken: container web is no registry, but nginx:1/,
    ],
    [
      'a registry that is published elsewhere than asked for',
      {},
      { port: 5002 },
      /^refused registry-differs: kind-registry is published on port 5001 of this machine, not on 5002$/,
    ],
    [
      'a registry that does not come up',
      { registry: { state: 'restarting' } },
      {},
      /^refused registry-not-running: container kind-registry is restarting/,
    ],
    [
      'a hosts.toml for another registry',
      otherFile('[host."http://other:5000"]\n'),
      named,
      /^refused hosts-toml-differs: \/etc\/containerd\/certs\.d\/localhost:5001\/hosts\.toml on dev-control-plane leads to http:\/\/other:5000, and not to http:\/\/kind-registry:5000/,
    ],
    [
      'a hosts.toml with settings of the user',
      { registry: null, ...otherFile('[host."http://other:5000"]\n  skip_verify = true\n') },
      named,
      /^refused hosts-toml-differs/,
    ],
    [
      'something in the place of a hosts.toml',
      { everyNode: { files: { '/etc/containerd/certs.d/localhost:5001': null, [certsPath()]: { dir: true } } } },
      {},
      /^refused hosts-toml-blocked/,
    ],
    [
      'legacy mirrors that lead elsewhere',
      { registry: null, everyNode: { files: { '/etc/containerd/config.toml': mirrors } } },
      named,
      /^refused legacy-mirrors/,
    ],
    [
      'a node that does not run',
      { nodes: { worker: { state: 'exited' } } },
      {},
      /^refused node-not-running: dev-worker of dev is exited: start it first, with docker start dev-worker$/,
    ],
    ['a name that nodes could not ask for', {}, { registryName: '../registry' }, /^refused registry-name/],
    ['an API that nobody reaches', { fails: ['kube.get'] }, {}, /^refused timeout/],
    [
      'a registry over HTTPS of the user’s own that nodes do not trust',
      { registry: { serves: 'tls' } },
      {},
      /^refused registry-over-https: kind-registry speaks HTTPS, and dev-control-plane of dev/,
    ],
  ])('%s', async (_what, world, options, expected) => {
    const [first, ...more] = await shown(world, options)
    expect(first).toMatch(expected)
    expect(more).toEqual([])
  })
})

import { StepRefused, type Op, type RepairWorld, type StepOf } from './op.ts'

type CreateStep = StepOf<'cluster.create'>

/** What kind and k3d take at most, with images that have to be pulled. */
const createMs = 600_000

/** The node without which there is no cluster. Source: kind and k3d, names of nodes. */
const firstNode = ({ provider, cluster }: CreateStep): string =>
  provider === 'kind' ? `${cluster}-control-plane` : `k3d-${cluster}-server-0`

/** Has kind or k3d make a cluster. */
export const clusterCreate: Op<CreateStep, { readonly was: 'absent' }> = {
  async capture(world, step) {
    if (await isThere(world, step)) throw new StepRefused(`there is a cluster ${step.cluster} already`)
    return { was: 'absent' }
  },
  present: async (world, step) => ({ is: (await isThere(world, step)) ? 'after' : 'before' }),
  async apply({ ports: { host } }, { provider, cluster, config }) {
    const words =
      provider === 'kind' ? ['create', 'cluster', '--name', cluster, '--config', '-'] : ['cluster', 'create', cluster, '--config', '-']
    const { exitCode, stdout, stderr } = await host.run(provider, words, { input: config, limitMs: createMs })
    if (exitCode !== 0) throw new StepRefused(`${provider} did not create ${cluster}: ${lastWords(stderr || stdout)}`)
  },
  // What runs in it by now is not ours to end.
  invert: (_world, { provider, cluster }) =>
    Promise.resolve(
      `cluster ${cluster} stays: ${provider === 'kind' ? `kind delete cluster --name ${cluster}` : `k3d cluster delete ${cluster}`} removes it`,
    ),
}

const isThere = async ({ ports: { docker } }: RepairWorld, step: CreateStep): Promise<boolean> =>
  (await docker.inspect(firstNode(step))) !== null

/** kind and k3d tell of many things before that by which they fail. */
const lastWords = (text: string): string =>
  text
    .trim()
    .split('\n')
    .findLast((line) => /error|fatal|failed/i.test(line)) ?? text.trim().split('\n').at(-1)!

import { someNodeReaches } from '../../derive/ask.ts'
import { engineView } from '../../derive/engine-view.ts'
import { registryDetail } from '../../derive/registry-detail.ts'
import { defineCheck } from '../define-check.ts'

export default defineCheck({
  id: 'engine/registry-answers-engine',
  per: 'registry',
  title: 'the Docker engine reaches the registry',
  why: '`docker push` is the work of the engine, and its localhost can be another one than yours: in a devcontainer, with a remote engine or one in a virtual machine.',
  finds: ['registry-not-answering'],
  async run(look, { registry, clusters }) {
    if (registry.role === 'pull-through-cache') return { skip: `nothing is pushed to ${registry.name}, a pull-through cache` }
    if (registry.hostAddress === undefined || (registry.container === undefined && registry.place === 'elsewhere'))
      return { skip: `no host port of ${registry.name} is known` }
    const { image, reaches, saw } = await engineView(look, registry.hostAddress)
    if (reaches) return []
    if (registry.container === undefined && (await someNodeReaches(look, clusters, registry)) === true)
      return { skip: `nodes reach ${registry.name}, which is no container here and need not be at ${registry.hostAddress}` }
    const detail = await registryDetail(look, registry)
    return [
      {
        code: 'registry-not-answering',
        subject: { kind: 'registry', name: registry.name },
        hop: 'publish',
        message: `${registry.hostAddress} does not answer the Docker engine: ${saw}`,
        data: { hostAddress: registry.hostAddress, container: detail?.name ?? null },
        evidence: [
          { vantage: 'engine', asked: `GET /distribution/${image}/json`, saw, command: `docker manifest inspect --insecure ${image}` },
        ],
      },
    ]
  },
})

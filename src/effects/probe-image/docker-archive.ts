import type { ProbeImage, ProbePlatform } from './probe-image.ts'
import { tarOf } from './tar.ts'

/**
 * An image for one platform as `docker load` takes it: an engine without containerd's image store knows no index.
 * Source: moby v28, image/tarexport/load.go.
 * @param name with its tag
 */
export function dockerArchive({ platforms }: ProbeImage, platform: ProbePlatform['platform'], name: string): Promise<Uint8Array> {
  const { config, layer } = platforms.find((one) => one.platform === platform) ?? platforms[0]!
  const configName = `${config.digest.replace('sha256:', '')}.json`
  const layerName = `${layer.digest.replace('sha256:', '')}.tar`
  const manifest = JSON.stringify([{ Config: configName, RepoTags: [name], Layers: [layerName] }])
  return tarOf([
    { name: configName, mode: 0o644, bytes: config.bytes },
    { name: layerName, mode: 0o644, bytes: layer.bytes },
    { name: 'manifest.json', mode: 0o644, bytes: Buffer.from(manifest) },
  ])
}

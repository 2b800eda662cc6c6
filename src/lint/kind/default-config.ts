import type { Json } from '../../model/json.ts'

/**
 * The config.toml that kind's node images have, onto which patches go, as far as it decides how images are pulled. It is
 * the same in all releases since v0.27.
 * Source: kind v0.33.0, images/base/files/etc/containerd/config.toml.
 */
export const kindConfigToml: { readonly [key: string]: Json } = {
  version: 2,
  plugins: {
    'io.containerd.grpc.v1.cri': {
      tolerate_missing_hugepages_controller: true,
      containerd: {
        discard_unpacked_layers: true,
        snapshotter: 'overlayfs',
        default_runtime_name: 'runc',
        runtimes: { runc: { runtime_type: 'io.containerd.runc.v2' }, 'test-handler': { runtime_type: 'io.containerd.runc.v2' } },
      },
    },
  },
}

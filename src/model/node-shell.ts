/** A process in a node, which ends by itself after `limitSeconds`. */
export interface NodeCommand {
  readonly argv: readonly string[]
  readonly limitSeconds: number
}

/**
 * A line of a script in a control-plane node: `$config` is the kubeconfig of the cluster's administrator, as kubeadm or k3s left it.
 * Source: kubernetes, cmd/kubeadm/app/constants/constants.go; k3s, pkg/datadir/datadir.go (GlobalConfig).
 */
export const setKubeconfig = 'config=/etc/kubernetes/admin.conf; [ -e "$config" ] || config=/etc/rancher/k3s/k3s.yaml'

/**
 * A line of a script in a node: from here on `ctr` asks the node's containerd. That of k3s listens elsewhere.
 * Source: k3s, pkg/agent/config/config.go.
 */
export const setContainerdAddress = 'k3s=/run/k3s/containerd/containerd.sock; [ -S "$k3s" ] && export CONTAINERD_ADDRESS="$k3s"'

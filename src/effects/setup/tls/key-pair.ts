/** A certificate and its private key, both as PEM. */
export interface KeyPair {
  readonly certificate: string
  readonly key: string
}

/** An IP address, where a host name could stand too. */
export const isAddress = (name: string): boolean => /^[\d.]+$|:/.test(name)

/** Headers that tell how a request went. Any other may carry credentials that a hosts.toml adds, under whatever name. */
const kept =
  /^(?:host|user-agent|accept(?:-encoding|-ranges)?|range|connection|content-(?:length|type|encoding|range)|transfer-encoding|date|etag|location|server|via|vary|age|warning|allow|retry-after|(?:www|proxy)-authenticate|docker-.*|oci-.*|ratelimit-.*|x-content-type-options|x-cache.*|x-squid-error|cache-control)$/i

/** The dump of `ctr --http-dump` without the values of headers that nothing goes by. */
export const withoutOwnHeaders = (dump: string): string =>
  dump.replace(/ msg="([A-Za-z0-9-]{1,128}): (?:[^"\\\n]|\\.)*"/g, (line, name: string) =>
    kept.test(name) ? line : ` msg="${name}: [not kept]"`,
  )

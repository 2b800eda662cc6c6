/** Lines as k3s writes them: k3d waits for some of them. */

function line(level: string, message: string): string {
  const time = new Date().toISOString().replace(/\.\d+/, '')
  return `time="${time}" level=${level} msg=${JSON.stringify(message)}\n`
}

export function info(message: string): void {
  process.stderr.write(line('info', message))
}

/** Ends the process as k3s ends. */
export function fatal(message: string): never {
  process.stderr.write(line('fatal', message))
  process.exit(1)
}

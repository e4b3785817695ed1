import { spawn } from 'node:child_process'

/** Runs Python with a script and arguments, as the machines' programs are written in it; resolves with what it printed. */
export function python(script: string, args: readonly string[] = []): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('python3', ['-c', script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let errors = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`python3 ended with ${code}: ${errors}`)),
    )
  })
}

/** Sends each argument after the first as one datagram to the socket that the first names. */
export const PYTHON_SEND = `
import json, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for text in sys.argv[2:]:
    s.sendto(json.dumps(json.loads(text)).encode("utf-8"), sys.argv[1])
`

import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { Child } from '../support/child.ts'
import { rest } from '../support/rest.ts'
import { unixSender } from '../support/sender.ts'
import { tempDir } from '../support/temp-dir.ts'
import { RawViewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

const HEADLESS = resolve(import.meta.dirname, '../../out/main/headless.js')

/** Line ends of every kind, escape sequences of a terminal, and a line that poses as one of ours. */
const HOSTILE =
  '\r\n\u001b[2J\u001b]0;owned\u0007\u2028\u0085{"level":50,"msg":"FORGED"}\n{"level":50,"msg":"FORGED"}\n'

test('nothing that comes from outside makes a line of the log, or reaches a terminal as a command', async () => {
  const dir = tempDir()
  mkdirSync(join(dir, 'data'))
  const socket = join(dir, 'e.sock')
  const child = new Child(process.execPath, [
    HEADLESS,
    '--events-socket',
    socket,
    '--port',
    '0',
    '--data-dir',
    join(dir, 'data'),
    '--log-level',
    'debug',
  ])
  const [, url = ''] = await child.printed(/Andon is at (\S+)/)
  const sender = unixSender(socket)
  // Refused, and so sampled into the log.
  await sender.send(HOSTILE)
  await sender.send(JSON.stringify({ machine_name: `x${HOSTILE}`, type: 'x' }))
  await sender.send(JSON.stringify({ machine_name: 'm', type: 'activity_log', payload: { message: HOSTILE } }))
  const raw = await new RawViewer(url).open()
  raw.hello({ client: { name: HOSTILE.slice(0, 20) }, channels: [] })
  raw.send(HOSTILE)
  await waitFor(() => raw.messages.length > 0)
  await rest(url, `/${encodeURIComponent(HOSTILE)}`, { headers: { 'user-agent': encodeURIComponent(HOSTILE) } })
  await rest(url, `/api/v1/devices/${encodeURIComponent(HOSTILE)}`, { body: { [HOSTILE]: HOSTILE } })
  await waitFor(() => child.errors.includes('owned'), { what: 'the sample in the log' })
  child.process.kill('SIGTERM')
  await child.ended()

  const lines = child.errors.split('\n').filter((line) => line !== '')
  expect(lines.length).toBeGreaterThan(1)
  for (const line of lines) {
    const record = JSON.parse(line) as { msg?: string }
    expect(record.msg).not.toBe('FORGED')
  }
  // eslint-disable-next-line no-control-regex -- these are what must not be there
  expect(child.errors + child.out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/)
})

import { expect, test } from 'vitest'
import { startPanel } from '../support/panel.ts'
import { datagram, unixSender } from '../support/sender.ts'
import { RawViewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

const MIB = 2 ** 20

test('[S5] a client that asks and asks but does not read is not read either, so that no answers pile up for it', async () => {
  // How often it may ask is another limit.
  const panel = await startPanel(['--messages-per-second', '10000'])
  const sender = unixSender(panel.socket)
  for (let i = 0; i < 500; i += 1) await sender.send(datagram('m', 'log_entry', { message: 'x'.repeat(4_000) }))
  await waitFor(() => panel.health().offset === 500)
  const greedy = await new RawViewer(panel.url).open()
  greedy.hello({ channels: [] })
  await greedy.message('snapshot')
  greedy.socket.pause()
  // Each pair asks for a snapshot of about two megabytes.
  for (let id = 0; id < 1_000; id += 2) {
    greedy.send({ type: 'subscribe', id, channel: 'all' })
    greedy.send({ type: 'unsubscribe', id: id + 1, channel: 'all' })
  }
  const other = await new RawViewer(panel.url).open()
  other.hello({ channels: [] })
  for (let id = 0; id < 50; id += 1) {
    other.send({ type: 'ping', id })
    await waitFor(() => other.messages.some((message) => message['type'] === 'pong' && message['id'] === id))
    for (const { pending } of panel.health().viewers) expect(pending / MIB).toBeLessThan(8)
  }

  // When it reads again it gets every answer.
  greedy.socket.resume()
  await waitFor(() => greedy.messages.filter(({ type }) => type === 'reply').length === 1_000, { timeout: 25_000 })
  expect(greedy.closed).toBeUndefined()
})

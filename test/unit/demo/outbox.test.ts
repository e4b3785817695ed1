import { expect, test } from 'vitest'
import { Outbox } from '../../../src/demo/outbox.ts'

function outbox() {
  const reports: string[] = []
  let error: string | undefined
  const box = new Outbox({ address: '/run/panel.sock', send: (_bytes, done) => done(error), close: () => {} }, (line) =>
    reports.push(line),
  )
  const send = (result?: string): void => {
    error = result
    box.send(Buffer.from('{}'))
  }
  return { box, reports, send }
}

test('reports once that the panel went away, and once that it came back', () => {
  const { box, reports, send } = outbox()
  send()
  for (let n = 0; n < 3; n += 1) send('ENOENT')
  send('ECONNREFUSED')
  expect(reports).toEqual(['the panel is away: ENOENT at /run/panel.sock'])
  send()
  send()
  expect(reports.slice(1)).toEqual(['the panel is back; 4 events were lost to it so far'])
  expect(box.counts).toEqual({ sent: 3, full: 0, away: 4, failed: 0 })
})

test('a full queue is only counted: the panel is there', () => {
  const { box, reports, send } = outbox()
  send('EAGAIN')
  send('EAGAIN')
  expect(reports).toEqual([])
  expect(box.counts.full).toBe(2)
})

test('reports each other error once', () => {
  const { box, reports, send } = outbox()
  for (const error of ['EMSGSIZE', 'EMSGSIZE', 'EACCES']) send(error)
  expect(reports).toEqual(['cannot send: EMSGSIZE', 'cannot send: EACCES'])
  expect(box.counts.failed).toBe(3)
})

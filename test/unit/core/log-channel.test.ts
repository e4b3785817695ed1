import { expect, test } from 'vitest'
import type { Snapshot } from '../../../src/shared/messages.ts'
import { CoreStage, type Viewer } from '../../support/core-stage.ts'

const LINES = [
  { level: 'error', tag: 'Pump', module: 'hydraulics', data: 'Pressure is low' },
  { level: 'info', tag: 'pump', module: 'main', data: 'Started' },
  { level: 'warn', tag: 'door', module: 'main', data: 'Open' },
] as const

const seen = (viewer: Viewer): unknown[] =>
  viewer.socket.messages
    .filter(({ type }) => type === 'events')
    .flatMap(({ events }) => events as { body: { payload: { data: string } } }[])
    .map(({ body }) => body.payload.data)

test('[C6] a log channel lets through the lines that its filter names, and nothing else', () => {
  const stage = new CoreStage()
  const viewers = ['{}', '{"level":["error"]}', '{"tag":"PUMP"}', '{"module":"main","level":["warning"]}'].map(
    (filter) => stage.live({ channels: [`log:${filter}`] }),
  )
  for (const line of LINES) stage.event('flow', 'log_entry', line)
  stage.event('flow', 'state_change', { to_state: 'on' })
  stage.sessions.flush()
  expect(viewers.map(seen)).toEqual([
    ['Pressure is low', 'Started', 'Open'],
    ['Pressure is low'],
    ['Pressure is low', 'Started'],
    ['Open'],
  ])
  for (const wrong of ['log:', 'log:{', 'log:{"tags":"x"}', 'log:{"level":["loud"]}']) {
    const viewer = stage.connect()
    viewer.hello({ channels: [wrong] })
    expect([wrong, viewer.socket.closed?.code]).toEqual([wrong, 4400])
  }
})

test('[C7] another filter takes the place of an earlier one, and its snapshot shows what it lets through', () => {
  const stage = new CoreStage()
  for (const line of LINES) stage.event('flow', 'log_entry', line)
  const viewer = stage.live({ channels: ['log:{"level":["error"]}'] })
  viewer.send({ type: 'subscribe', id: 1, channel: 'log:{"text":"open"}' })
  viewer.send({ type: 'unsubscribe', id: 2, channel: 'log:{"level":["error"]}' })
  const snapshot = viewer.socket.messages.findLast(({ type }) => type === 'snapshot') as unknown as Snapshot
  expect(snapshot.state.recent.map(({ offset }) => offset)).toEqual([3])
  expect(snapshot.state.machines).toEqual([])
})

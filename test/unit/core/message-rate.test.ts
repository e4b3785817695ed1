import { expect, test } from 'vitest'
import { addressGroup } from '../../../src/core/address-group.ts'
import { MessageRate } from '../../../src/core/message-rate.ts'
import { TokenBucket } from '../../../src/core/token-bucket.ts'
import type { ClientMessage } from '../../../src/shared/messages.ts'
import { CLOSE_CODES } from '../../../src/shared/close-codes.ts'
import { OPEN } from '../../support/access.ts'
import { CoreStage, type Viewer } from '../../support/core-stage.ts'

const errors = (viewer: Viewer): unknown[] =>
  viewer.socket.messages.filter(({ type }) => type === 'error').map((message) => message)

test('a bucket gives what is in it, and fills again with the time', () => {
  const bucket = new TokenBucket(10, 20, 0)
  expect(Array.from({ length: 25 }, () => bucket.take(0)).filter(Boolean)).toHaveLength(20)
  expect(bucket.take(50)).toBe(false)
  expect(bucket.take(100)).toBe(true)
  expect(bucket.take(100)).toBe(false)
  expect(bucket.take(1_000_000, 20)).toBe(true)
  expect(bucket.take(1_000_000)).toBe(false)
  // A clock that goes back gives nothing.
  expect(bucket.take(0)).toBe(false)
})

test('who sends too much is told once, then exhausts the patience; who slows down is let through again', () => {
  const rate = new MessageRate(10, 0)
  const all = Array.from({ length: 51 }, () => rate.message(0))
  expect(all.slice(0, 40).every((each) => each === 'admitted')).toBe(true)
  expect(all.slice(40)).toEqual(['told', ...Array.from({ length: 9 }, () => 'refused'), 'exhausted'])

  const other = new MessageRate(10, 0)
  for (let i = 0; i < 45; i += 1) other.message(0)
  expect(other.message(200)).toBe('admitted')
  expect(other.message(200)).toBe('admitted')
  expect(other.message(200)).toBe('told')
})

test('[L5] messages beyond the rate are not read, the first is answered with an error, and too many end the session', () => {
  const stage = new CoreStage({ messagesPerSecond: 10 })
  const viewer = stage.live()
  for (let i = 0; i < 41; i += 1) viewer.send({ type: 'ping', id: i })
  expect(viewer.socket.types.filter((type) => type === 'pong')).toHaveLength(39)
  expect(errors(viewer)).toMatchObject([{ error: { code: 'rate_limited' } }])
  stage.clock.pass(1_000)
  viewer.send({ type: 'ping', id: 'later' })
  expect(viewer.socket.messages.at(-1)).toMatchObject({ type: 'pong', id: 'later' })
  const other = stage.live()
  for (let i = 0; i < 60; i += 1) viewer.send({ type: 'ping', id: i })
  expect(viewer.socket.closed).toMatchObject({ code: CLOSE_CODES.rate_limited.code })
  expect(errors(viewer)).toHaveLength(2)
  other.send({ type: 'ping', id: 'mine' })
  expect(other.socket.messages.at(-1)).toMatchObject({ type: 'pong', id: 'mine' })
})

test('[L5] what is answered with a whole state costs more, and is refused by its id', () => {
  const stage = new CoreStage({ messagesPerSecond: 10 })
  const viewer = stage.live({ channels: [] })
  for (let i = 0; i < 8; i += 1) viewer.send({ type: 'subscribe', id: i, channel: `machine:${i}` })
  expect(viewer.socket.messages.at(-1)).toMatchObject({
    type: 'reply',
    id: 7,
    ok: false,
    error: { code: 'rate_limited' },
  })
  expect(viewer.socket.types.filter((type) => type === 'snapshot')).toHaveLength(8)
  expect(viewer.socket.closed).toBeUndefined()
})

test('[L5] a message about many alarms costs more', () => {
  const rate = new MessageRate(10, 0)
  const alarms = Array.from({ length: 200 }, (_, i) => ({ alarm: `a/${i}`, raised: 1 }))
  const message: ClientMessage = { type: 'alarm', id: 1, action: 'acknowledge', alarms }
  expect([rate.message(0), rate.affords(message, 0)]).toEqual(['admitted', true])
  expect([rate.message(0), rate.affords(message, 0)]).toEqual(['admitted', true])
  expect([rate.message(0), rate.affords(message, 0)]).toEqual(['told', false])
})

test('[L2] one address cannot take every place', () => {
  const stage = new CoreStage({ connections: 4, connectionsPerAddress: 2 })
  const connect = (address: string): Viewer['socket'] => stage.connect('remote', OPEN, address).socket
  expect(connect('10.0.0.1').closed).toBeUndefined()
  expect(connect('::ffff:10.0.0.1').closed).toBeUndefined()
  expect(connect('10.0.0.1').closed).toMatchObject({ code: 4429, reason: 'too many connections from one address' })
  expect(connect('10.0.0.2').closed).toBeUndefined()
  expect(connect('fe80::1').closed).toBeUndefined()
  expect(connect('10.0.0.3').closed).toMatchObject({ code: 4429, reason: 'too many connections' })
  expect(stage.connect('local').socket.closed).toBeUndefined()
})

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['', ''],
])('%s counts as %s', (address, group) => {
  expect(addressGroup(address)).toBe(group)
})

import { describe, expect, test } from 'vitest'
import { stage } from './stage.ts'

describe('the engine that reads commands', () => {
  test('reads one in each tick: slowly while nothing happens, then fast', () => {
    const { host, clock, of, command } = stage('lamp')
    host.start('registered')
    clock.pass(2_100)
    for (let n = 0; n < 5; n += 1) command('wake_up')
    const began = clock.now()
    const reads: number[] = []
    while (reads.length < 5) {
      clock.pass(10)
      while (reads.length < of('activity_log').length) reads.push(clock.now() - began)
    }
    const [first = 0, ...later] = reads
    expect(first).toBeGreaterThan(50)
    expect(first).toBeLessThanOrEqual(500)
    expect(later.map((time) => time - first)).toEqual([50, 100, 150, 200])
  })

  test('reads fast also while nothing happens, where it is a modern one', () => {
    const { host, clock, of, command } = stage('wf_1')
    host.start('registered')
    clock.pass(1_900)
    for (let n = 0; n < 40; n += 1) command('nonsense')
    clock.pass(50)
    const first = of('activity_log').length
    clock.pass(1_000)
    expect([first, of('activity_log').length]).toEqual([1, 21])
  })

  test('reads 4,096 bytes and loses a longer command', () => {
    const { host, clock, of, waiting, reports } = stage('lamp')
    host.start('registered')
    waiting.push(Buffer.from(JSON.stringify({ type: 'go', payload: { text: 'x'.repeat(5_000) } })))
    waiting.push(Buffer.from('{"type":'))
    waiting.push(Buffer.from('[]'))
    waiting.push(Buffer.from('{}'))
    clock.pass(3_000)
    expect(of('activity_log')).toEqual([])
    expect(reports).toEqual([
      expect.stringContaining('cut at 4096'),
      expect.stringContaining('not JSON'),
      expect.stringContaining('not an object'),
      expect.stringContaining('no type'),
    ])
  })

  test('takes what fits into 4,096 bytes', () => {
    const { host, clock, of, waiting } = stage('lamp')
    host.start('registered')
    const bytes = Buffer.from(JSON.stringify({ type: 'go', payload: { text: 'x'.repeat(4_061) } }))
    expect(bytes.length).toBe(4_096)
    waiting.push(bytes)
    clock.pass(600)
    expect(of('activity_log').length).toBe(1)
  })
})

describe('a life', () => {
  test('ends in good order with a word and without its socket', () => {
    const { host, clock, types, files } = stage('press_002')
    host.start('registered')
    clock.pass(5_000)
    host.terminate()
    host.terminate()
    expect(types().filter((type) => type === 'machine_terminated').length).toBe(1)
    expect(types().at(-1)).toBe('machine_terminated')
    expect(files).toEqual(['removed'])
    expect(clock.waiting).toBe(0)
  })

  test('ends in a crash without a word, leaving its socket', () => {
    const { host, clock, heard, files } = stage('press_001')
    host.start('registered')
    clock.pass(5_000)
    const before = heard.length
    host.crash()
    clock.pass(60_000)
    expect(heard.length).toBe(before)
    expect(files).toEqual(['kept'])
    expect(host.running).toBe(false)
    host.terminate()
    expect(files).toEqual(['kept', 'removed'])
    expect(heard.length).toBe(before)
  })

  test('after a crash begins in another state without registering', () => {
    const { host, clock, of } = stage('press_001')
    host.start('registered')
    clock.pass(5_000)
    host.crash()
    host.start('unregistered')
    const before = of('state_change').length
    clock.pass(15_000)
    expect(of('machine_registered').length).toBe(1)
    expect(of('state_change')[before]?.payload['from_state']).not.toBe('idle')
  })

  test('stalled, is silent and reads nothing; then it catches up', () => {
    const { host, clock, heard, waiting, types, command } = stage('press_001')
    host.start('registered')
    clock.pass(500)
    host.stall()
    const before = heard.length
    command('jam')
    clock.pass(30_000)
    expect(heard.length).toBe(before)
    expect(waiting.length).toBe(1)
    host.resume()
    clock.pass(600)
    expect(waiting.length).toBe(0)
    expect(types().slice(before)).toContain('state_change')
  })

  test('stalled, still ends in good order', () => {
    const { host, clock, types } = stage('lamp')
    host.start('registered')
    host.stall()
    clock.pass(20_000)
    host.terminate()
    expect(types().at(-1)).toBe('machine_terminated')
    expect(clock.waiting).toBe(0)
  })
})

test('a burst is numbered and whole', () => {
  const { host, clock, of } = stage('press_003')
  host.start('registered')
  host.burst(5_000)
  clock.pass(100)
  expect(of('burst_sample').map(({ payload }) => payload['index'])).toEqual(Array.from({ length: 5_000 }, (_, i) => i))
})

import { expect, test } from 'vitest'
import type { ControlLink, SendResult } from '../../../src/core/control-link.ts'
import { MachineQueue, type QueuedCommand } from '../../../src/core/machine-queue.ts'
import type { Objection } from '../../../src/shared/objection.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const STOPPED: Objection = { refusal: 'stopped', reason: 'Stop was given.' }

/** A queue to a machine whose socket answers as the test says, with everything that happened, in order. */
class Stage {
  readonly clock = new FakeClock()
  readonly log: string[] = []
  answer: SendResult = { kind: 'sent' }
  endpoint: string | null = '/control'
  pace = 55
  readonly objections = new Map<string, Objection>()
  readonly queue: MachineQueue
  readonly #commands = new Map<string, QueuedCommand>()

  constructor() {
    const link: ControlLink = {
      send: (endpoint, bytes) => {
        if (this.answer.kind === 'sent') this.log.push(`${this.clock.monotonic()} ${endpoint} ${bytes.toString()}`)
        return this.answer
      },
    }
    this.queue = new MachineQueue(
      link,
      this.clock,
      () => this.endpoint,
      () => this.pace,
    )
  }

  command(name: string): QueuedCommand {
    const known = this.#commands.get(name)
    if (known) return known
    const command: QueuedCommand = {
      bytes: Buffer.from(name),
      objection: () => this.objections.get(name) ?? null,
      sent: () => this.log.push(`${name} sent`),
      refused: ({ refusal }) => this.log.push(`${name} ${refusal}`),
    }
    this.#commands.set(name, command)
    return command
  }

  push(...names: string[]): void {
    for (const name of names) this.queue.push(this.command(name))
  }

  stop(name: string): boolean {
    return this.queue.pushStop(this.command(name), STOPPED)
  }
}

test('[O7] commands go in order, one per pace, the first at once', () => {
  const stage = new Stage()
  stage.push('a', 'b', 'c')
  expect(stage.log).toEqual(['0 /control a', 'a sent'])
  stage.clock.pass(54)
  expect(stage.log).toHaveLength(2)
  stage.clock.pass(1)
  stage.clock.pass(55)
  expect(stage.log.slice(2)).toEqual(['55 /control b', 'b sent', '110 /control c', 'c sent'])
  expect(stage.queue.size).toBe(0)
  stage.clock.pass(20)
  stage.push('d')
  expect(stage.queue.size).toBe(1)
  stage.clock.pass(35)
  expect(stage.log.slice(6)).toEqual(['165 /control d', 'd sent'])
  expect(stage.clock.waiting).toBe(0)
})

test('[O7] a full socket is tried again and again, with the same command first', () => {
  const stage = new Stage()
  stage.answer = { kind: 'full' }
  stage.push('a', 'b')
  stage.clock.pass(1_000)
  expect(stage.log).toEqual([])
  stage.answer = { kind: 'sent' }
  stage.clock.pass(100)
  expect(stage.log).toEqual(['1025 /control a', 'a sent', '1080 /control b', 'b sent'])
})

test('[O7] a machine that does not listen is a refusal at once, of everything that waits', () => {
  const stage = new Stage()
  stage.answer = { kind: 'gone' }
  stage.push('a')
  expect(stage.log).toEqual(['a machine_gone'])
  stage.answer = { kind: 'full' }
  stage.push('b', 'c')
  stage.answer = { kind: 'failed', reason: 'The panel may not.' }
  stage.clock.pass(25)
  expect(stage.log).toEqual(['a machine_gone', 'b machine_gone', 'c machine_gone'])
})

test('[O6] a machine that takes no commands is a refusal, also where that was described meanwhile', () => {
  const stage = new Stage()
  stage.push('a', 'b')
  stage.endpoint = null
  stage.clock.pass(55)
  expect(stage.log).toEqual(['0 /control a', 'a sent', 'b no_control_endpoint'])
})

test('[O6] what speaks against a command is looked at again right before it leaves', () => {
  const stage = new Stage()
  stage.push('a', 'b', 'c')
  stage.objections.set('b', { refusal: 'interlocked', reason: 'The door is open.' })
  stage.clock.pass(1_000)
  // The next one need not wait for one that was not sent.
  expect(stage.log.slice(2)).toEqual(['b interlocked', '55 /control c', 'c sent'])
})

test('[O6] 1,000 wait for a machine, and no more', () => {
  const stage = new Stage()
  stage.answer = { kind: 'full' }
  for (let i = 0; i < 1_000; i += 1) expect(stage.queue.push(stage.command(`${i}`))).toBe(true)
  expect(stage.queue.push(stage.command('late'))).toBe(false)
  expect(stage.queue.size).toBe(1_000)
  stage.pace = 0
  stage.answer = { kind: 'sent' }
  stage.clock.pass(25)
  expect(stage.log.filter((line) => line.endsWith(' sent'))).toEqual(
    Array.from({ length: 1_000 }, (_, i) => `${i} sent`),
  )
})

test('a command that was taken out is never sent', () => {
  const stage = new Stage()
  stage.push('a', 'b', 'c')
  stage.queue.remove(stage.command('b'))
  stage.queue.remove(stage.command('never'))
  stage.clock.pass(1_000)
  expect(stage.log).toEqual(['0 /control a', 'a sent', '55 /control c', 'c sent'])
})

test('[O9] Stop goes at once, whatever the pace, and what waits is refused', () => {
  const stage = new Stage()
  stage.push('a', 'b', 'c')
  stage.clock.pass(5)
  expect(stage.stop('stop')).toBe(true)
  expect(stage.log.slice(2)).toEqual(['b stopped', 'c stopped', '5 /control stop', 'stop sent'])
  stage.push('d')
  stage.clock.pass(1_000)
  expect(stage.log.slice(6)).toEqual(['60 /control d', 'd sent'])
})

test('[O9] Stops that wait for a full socket stay, in their order, before everything else', () => {
  const stage = new Stage()
  stage.answer = { kind: 'full' }
  stage.stop('stop')
  stage.push('a')
  stage.stop('stop-2')
  stage.push('b')
  expect(stage.log).toEqual(['a stopped'])
  expect(stage.queue.size).toBe(3)
  stage.answer = { kind: 'sent' }
  stage.clock.pass(100)
  expect(stage.log.slice(1)).toEqual([
    '25 /control stop',
    'stop sent',
    '25 /control stop-2',
    'stop-2 sent',
    '80 /control b',
    'b sent',
  ])
})

test('[O9] a Stop that runs out of time in the queue is never sent', () => {
  const stage = new Stage()
  stage.answer = { kind: 'full' }
  stage.stop('stop')
  stage.stop('stop-2')
  stage.queue.remove(stage.command('stop'))
  stage.answer = { kind: 'sent' }
  stage.clock.pass(100)
  expect(stage.log).toEqual(['25 /control stop-2', 'stop-2 sent'])
})

test('a flood of Stops to a machine that does not read is bounded', () => {
  const stage = new Stage()
  stage.answer = { kind: 'full' }
  for (let i = 0; i < 1_000; i += 1) stage.stop(`${i}`)
  expect(stage.stop('late')).toBe(false)
  expect(stage.queue.size).toBe(1_000)
  expect(stage.clock.waiting).toBe(1)
})

test('[O7] another pace counts at once, also for what waits', () => {
  const stage = new Stage()
  stage.push('a', 'b', 'c')
  stage.pace = 500
  stage.clock.pass(1_000)
  expect(stage.log.filter((line) => line.includes('/control'))).toEqual([
    '0 /control a',
    '500 /control b',
    '1000 /control c',
  ])
})

test('closing ends it: nothing is sent, nothing is said, and nothing waits', () => {
  const stage = new Stage()
  stage.push('a', 'b')
  stage.queue.close()
  stage.queue.close()
  stage.clock.pass(1_000)
  expect(stage.log).toEqual(['0 /control a', 'a sent'])
  expect(stage.clock.waiting).toBe(0)
})

import { expect, test } from 'vitest'
import { FakeSocket } from '../support/fake-socket.ts'
import { startControlPanel } from '../support/control-machine.ts'
import type { TestPanel } from '../support/panel.ts'
import { PythonMachine } from '../support/python-machine.ts'
import { RawViewer, Viewer } from '../support/viewer.ts'
import { waitFor } from '../support/wait-for.ts'

async function stage(): Promise<{ panel: TestPanel; press: PythonMachine; watcher: Viewer }> {
  const panel = await startControlPanel()
  const press = await PythonMachine.start(panel, 'press')
  const watcher = new Viewer(panel.url)
  await watcher.live()
  return { panel, press, watcher }
}

/** An operator at another place, on a link that a test can cut. */
class Operator {
  #next = 1

  private constructor(readonly raw: RawViewer) {}

  static async at(panel: TestPanel, hello: object = {}): Promise<Operator> {
    const raw = await new RawViewer(panel.url).open()
    raw.hello(hello)
    await raw.message('snapshot')
    return new Operator(raw)
  }

  async ask(message: object): Promise<Record<string, unknown>> {
    const id = this.#next++
    this.raw.send({ ...message, id })
    return waitFor(() => this.raw.messages.find((each) => each['type'] === 'reply' && each['id'] === id), {
      what: `the answer to ${JSON.stringify(message)}`,
    })
  }

  control(action: 'request' | 'release' | 'keep'): Promise<Record<string, unknown>> {
    return this.ask({ type: 'control', action, machine: 'press' })
  }

  command(command: string, type = 'go'): Promise<Record<string, unknown>> {
    return this.ask({ type: 'command', command, machine: 'press', event: { type } })
  }

  async identity(): Promise<{ readonly id: string; readonly key: string }> {
    const { session, key } = (await this.raw.message('welcome')) as { session: string; key: string }
    return { id: session, key }
  }
}

const control = ({ client }: Viewer) => client.replica.state.control.get('press')

test('[T1] [T2] of two that race for control one gets it, and only its commands are done', async () => {
  const { panel, press, watcher } = await stage()
  const both = await Promise.all([Operator.at(panel), Operator.at(panel)])
  const answers = await Promise.all(both.map((operator) => operator.control('request')))
  expect(answers.every(({ ok }) => ok)).toBe(true)
  const winner = answers.findIndex(({ at }) => at === null)
  const [first, second] = [both[winner], both[1 - winner]]
  expect(answers[1 - winner]?.['at']).toEqual(expect.any(Number))
  await waitFor(() => control(watcher)?.takeOver)
  expect(control(watcher)).toMatchObject({
    session: (await first?.identity())?.id,
    takeOver: { session: (await second?.identity())?.id, at: answers[1 - winner]?.['at'] },
  })
  const replies = await Promise.all(both.map((operator, i) => operator.command(`command-${i}`)))
  expect(replies[winner]).toMatchObject({ command: { refusal: null } })
  expect(replies[1 - winner]).toMatchObject({ command: { refusal: 'not_in_control' } })

  // The winner says no, and then hands it over.
  expect(await second?.control('keep')).toMatchObject({ ok: false, error: { code: 'not_in_control' } })
  expect(await first?.control('keep')).toMatchObject({ ok: true })
  expect(await first?.control('keep')).toMatchObject({ ok: false, error: { code: 'not_in_control' } })
  await second?.control('request')
  expect(await first?.control('release')).toMatchObject({ ok: true, at: null })
  expect(await second?.command('command-5')).toMatchObject({ command: { refusal: null } })
  expect(await first?.command('command-6')).toMatchObject({ command: { refusal: 'not_in_control' } })
  await press.has('command-5')
  expect(press.ids).toEqual([`command-${winner}`, 'command-5'])
})

test('[T2] a third one is told to wait, but the local display goes first', async () => {
  const { panel, watcher } = await stage()
  const [first, second, third] = await Promise.all([Operator.at(panel), Operator.at(panel), Operator.at(panel)])
  await first.control('request')
  await second.control('request')
  expect(await third.control('request')).toMatchObject({ ok: false, error: { code: 'control_busy' } })

  const window = new FakeSocket()
  const display = panel.accept(window, { kind: 'local', address: 'window', agent: 'test' })
  display.receive(JSON.stringify({ type: 'hello', protocol: 1, client: { name: 'window' } }))
  display.receive(JSON.stringify({ type: 'control', id: 1, action: 'request', machine: 'press' }))
  await waitFor(() => control(watcher)?.takeOver?.local)
  expect(await first.control('keep')).toMatchObject({ ok: false, error: { code: 'not_in_control' } })
  await waitFor(() => control(watcher)?.local)
  expect(control(watcher)).toMatchObject({ holder: 'Local display', takeOver: null })
  expect(await first.command('command-1')).toMatchObject({ command: { reason: 'Local display has control of press.' } })
  display.closed()
})

test('[T3] a session that comes back with its key goes on with the control that it had', async () => {
  const { panel, press, watcher } = await stage()
  const first = await Operator.at(panel)
  await first.control('request')
  const session = await first.identity()
  first.raw.socket.terminate()
  await waitFor(() => control(watcher)?.graceUntil, { what: 'the grace' })

  const thief = await Operator.at(panel, { session: { ...session, key: `${session.key.slice(1)}x` } })
  expect((await thief.identity()).id).not.toBe(session.id)
  expect(await thief.command('command-1')).toMatchObject({ command: { refusal: 'not_in_control' } })

  const back = await Operator.at(panel, { session })
  expect(await back.identity()).toEqual(session)
  await waitFor(() => control(watcher)?.graceUntil === null, { what: 'the end of the grace' })
  expect(await back.command('command-2')).toMatchObject({ command: { refusal: null } })

  // The earlier link is still there, as far as the panel knows.
  const third = await Operator.at(panel, { session })
  expect((await back.raw.close()).code).toBe(4410)
  expect(await third.command('command-3')).toMatchObject({ command: { refusal: null } })
  await press.has('command-3')
  expect(press.ids).toEqual(['command-2', 'command-3'])
})

test('[T4] [T1] what there is not cannot be released, kept or asked for', async () => {
  const { panel, watcher } = await stage()
  const operator = await Operator.at(panel)
  for (const action of ['release', 'keep'] as const) {
    expect(await operator.control(action)).toMatchObject({ ok: false, error: { code: 'not_in_control' } })
  }
  expect(await operator.ask({ type: 'control', action: 'request', machine: 'nobody' })).toMatchObject({
    ok: false,
    error: { code: 'machine_unknown' },
  })
  expect(control(watcher)).toBeUndefined()
})

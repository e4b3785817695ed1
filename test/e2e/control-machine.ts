import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { loadUnixBinding } from '../../src/main/adapters/unix-binding.ts'
import type { TestPanel } from '../support/panel.ts'
import { datagram, unixSender } from '../support/sender.ts'

export interface GivenCommand {
  readonly type: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly command_id: string
}

/** A machine program of the test's own: it says what the test says, and does nothing of what it is told. */
export interface ObstinateMachine {
  /** What it was given, in order. */
  readonly commands: readonly GivenCommand[]
  say(type: string, payload?: object): Promise<void>
  /** Its program ends without a word: nobody listens any more. */
  die(): void
}

/** Where the control sockets of a test are. */
export const controlPrefix = (dir: string): string => join(dir, 'c-')

export function obstinateMachine(panel: TestPanel, dir: string, name: string): ObstinateMachine {
  const loaded = loadUnixBinding()
  if (!loaded.ok) throw new Error(loaded.reason)
  const { binding } = loaded
  const commands: GivenCommand[] = []
  const fd = binding.socket(
    binding.AF_UNIX,
    binding.SOCK_DGRAM,
    0,
    (_status, bytes) => {
      if (bytes) commands.push(JSON.parse(bytes.toString()) as GivenCommand)
    },
    () => undefined,
  )
  const status = binding.bind(fd, `${controlPrefix(dir)}${name}.sock`)
  if (status < 0) throw new Error(`bind: ${status}`)
  let open = true
  const die = (): void => {
    if (open) binding.close(fd)
    open = false
  }
  onTestFinished(die)
  const sender = unixSender(panel.socket)
  return { commands, say: (type, payload = {}) => sender.send(datagram(name, type, payload)), die }
}

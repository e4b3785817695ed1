import { join } from 'node:path'
import { expect } from 'vitest'
import { Child } from '../support/child.ts'
import { python, PYTHON_SEND } from '../support/python.ts'
import { waitFor } from '../support/wait-for.ts'

export interface Started {
  readonly child: Child
  readonly url: string
}

/** Starts a packed panel and waits until it serves. */
export async function started(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Started> {
  const child = new Child(command, args, env)
  const [, url = ''] = await child.printed(/Andon is at (\S+)\n/)
  return { child, url }
}

/** A machine's program, in Python, says hello. */
export async function hello(socket: string, machine: string): Promise<void> {
  await python(PYTHON_SEND, [socket, JSON.stringify({ machine_name: machine, type: 'hello' })])
}

/** Waits until the panel's REST shows an event of the machine in its journal. */
export async function inJournal({ url }: Started, machine: string): Promise<void> {
  await waitFor(
    async () => {
      const answer = await fetch(new URL(`api/v1/events?machine=${machine}`, url))
      const { events } = (await answer.json()) as { events: readonly unknown[] }
      return events.length > 0
    },
    { what: `an event of ${machine}` },
  )
}

/** Ends it as the system does, and expects that it ends in order. */
export async function stop({ child }: Started): Promise<void> {
  child.process.kill('SIGTERM')
  expect(await child.ended()).toEqual({ code: 0, signal: null })
}

/** Where nothing of the user's own is in the way. */
export const cleanEnv = (dir: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: dir,
  XDG_CONFIG_HOME: join(dir, 'config'),
  XDG_STATE_HOME: join(dir, 'state'),
})

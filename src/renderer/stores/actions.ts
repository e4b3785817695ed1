import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { Payload } from '../../shared/datagram.ts'
import type { TagValue } from '../../shared/device.ts'
import type { Reply } from '../../shared/messages.ts'
import type { Outcome } from '../model/outcome.ts'
import type { WishMade } from '../model/progress.ts'
import { useSession } from './session.ts'

export type { Outcome } from '../model/outcome.ts'

/** Everything that a person can do to the plant. Nothing is ever queued or sent twice. */
export const useActions = defineStore('actions', () => {
  const session = useSession()
  /** The latest wish of this viewer for each thing that it acted upon, by {@link subjectOf}. */
  const wishes = ref<Readonly<Record<string, WishMade>>>({})

  /** Notes a wish and, once it is there, what the panel said to it; a later one for the same thing stays. */
  async function note(subject: string, id: string, reply: Promise<Reply | undefined>): Promise<Outcome> {
    wishes.value = { ...wishes.value, [subject]: { command: id, outcome: null } }
    const outcome = outcomeOf(await reply)
    if (wishes.value[subject]?.command === id) {
      wishes.value = { ...wishes.value, [subject]: { command: id, outcome } }
    }
    return outcome
  }

  function nothingSent(subject: string): Outcome {
    const outcome: Outcome = { kind: 'disabled' }
    wishes.value = { ...wishes.value, [subject]: { command: '', outcome } }
    return outcome
  }

  async function write(
    machine: string,
    device: string,
    tag: string,
    value: TagValue,
    options: { readonly confirmed?: boolean } = {},
  ): Promise<Outcome> {
    const subject = subjectOf(machine, device, tag)
    if (!session.mayAct) return nothingSent(subject)
    const id = newCommandId()
    return note(subject, id, session.client.write({ command: id, machine, device, tag, value, ...options }))
  }

  async function command(
    machine: string,
    type: string,
    payload: Payload = {},
    options: { readonly confirmed?: boolean; readonly subject?: string; readonly timeout?: number } = {},
  ): Promise<Outcome> {
    const { subject = subjectOf(machine), ...rest } = options
    if (!session.mayAct) return nothingSent(subject)
    const id = newCommandId()
    return note(subject, id, session.client.command({ command: id, machine, event: { type, payload }, ...rest }))
  }

  async function stop(machine: string): Promise<Outcome> {
    if (!session.mayAct) return nothingSent(stopSubject(machine))
    const id = newCommandId()
    return note(stopSubject(machine), id, session.client.stop({ command: id, machine }))
  }

  async function control(machine: string, action: 'request' | 'release' | 'keep'): Promise<Outcome> {
    if (!session.mayAct) return { kind: 'disabled' }
    return outcomeOf(await session.client.control({ machine, action }))
  }

  /** Id of the latest command for each thing. */
  const latest = computed<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(Object.entries(wishes.value).map(([subject, { command: id }]) => [subject, id])),
  )

  return { wishes, latest, write, command, stop, control }
})

/** What a command is about, so that what became of the latest one is shown there. */
export function subjectOf(machine: string, device: string | null = null, tag: string | null = null): string {
  return JSON.stringify([machine, device, tag])
}

export function stopSubject(machine: string): string {
  return JSON.stringify(['stop', machine])
}

function newCommandId(): string {
  // randomUUID needs a secure context, which http://<address> is not.
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function outcomeOf(reply: Reply | undefined): Outcome {
  if (!reply) return { kind: 'lost' }
  if (!reply.ok) return { kind: 'refused', error: reply.error }
  const commands = reply.commands ?? (reply.command ? [reply.command] : [])
  return commands.length > 0 ? { kind: 'sent', commands } : { kind: 'done', at: reply.at ?? null }
}

import Type from 'typebox'
import { type Command, COMMAND_REFUSALS, COMMAND_STATUSES, ExpectationSchema } from '../../../shared/command.ts'

const Maybe = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S, description: string) =>
  Type.Union([schema, Type.Null()], { description })

export const COMMAND_EXAMPLE = {
  command: '7d0f3c1e-9a40-4c55-8f5a-1b2c3d4e5f60',
  machine: 'lamp',
  device_id: null,
  type: 'go',
  payload: {},
  status: 'confirmed',
  reason: null,
  refusal: null,
  by: 'REST 127.0.0.1',
  requested_at: 1725364800.1,
  status_at: 1725364800.4,
  deadline: 1725364810.1,
  settled_by: 1234,
  expectation: { kind: 'state', state: 'green' },
}

/** A command in REST's words. */
export const CommandViewSchema = Type.Object(
  {
    command: Type.String({ description: 'Its id.' }),
    machine: Type.String(),
    device_id: Maybe(Type.String(), 'The device that it is for; null where it is for the machine.'),
    type: Type.String({ description: 'The event given to the machine.' }),
    payload: Type.Unknown({ description: 'What goes with it; text where it is too long to be read by a machine.' }),
    status: Type.Enum(COMMAND_STATUSES),
    reason: Maybe(Type.String(), 'For people: why it was refused or failed.'),
    refusal: Maybe(Type.Enum(COMMAND_REFUSALS), 'Why it was refused.'),
    by: Type.String({ description: 'Who asked.' }),
    requested_at: Type.Number({ description: 'Epoch seconds.' }),
    status_at: Type.Number({ description: 'When it got its status, epoch seconds.' }),
    deadline: Type.Number({ description: 'Epoch seconds.' }),
    settled_by: Maybe(Type.Integer(), 'Offset of the machine’s event that settled it.'),
    expectation: ExpectationSchema,
  },
  {
    description: 'The command',
    examples: [COMMAND_EXAMPLE],
  },
)
export type CommandView = Type.Static<typeof CommandViewSchema>

export function commandView(command: Command): CommandView {
  return {
    command: command.id,
    machine: command.machine,
    device_id: command.device,
    type: command.type,
    payload: payloadOf(command.payload),
    status: command.status,
    reason: command.reason,
    refusal: command.refusal,
    by: command.by,
    requested_at: command.requestedAt / 1000,
    status_at: command.statusAt / 1000,
    deadline: command.deadline / 1000,
    settled_by: command.settledBy,
    expectation: command.expectation,
  }
}

function payloadOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

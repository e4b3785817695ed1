import { expect, test } from 'vitest'
import { whyNotInstall } from '../../src/main/shell/update-rules.ts'
import { ControlMachine, startControlPanel } from '../support/control-machine.ts'
import { rest } from '../support/rest.ts'
import { waitFor } from '../support/wait-for.ts'

test('a panel knows whether a command is under way or somebody has control: an update waits for both', async () => {
  const panel = await startControlPanel()
  const devices = { motor_01: { type: 'motor', state: { speed: 0 } } }
  const machine = await ControlMachine.start(panel, 'cell_1', { behaviour: 'hold', devices })
  expect(panel.underWay()).toEqual({ commands: 0, controlled: 0 })
  const answer = rest(panel.url, '/api/v1/devices/motor_01', { method: 'POST', body: { speed: 150 } })
  await waitFor(() => machine.received.length === 1)
  expect(panel.underWay()).toEqual({ commands: 1, controlled: 1 })
  expect(whyNotInstall(panel.underWay(), false)).toEqual({ kind: 'commands', count: 1 })
  machine.release()
  expect((await answer).status).toBe(200)
  await waitFor(() => panel.underWay().controlled === 0)
  expect(whyNotInstall(panel.underWay(), false)).toBeNull()
})

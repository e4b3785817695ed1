import type { StateMachineDefinition } from './state-machine.ts'

/** A traffic light: time alone drives it, `go` and `stop` interfere. */
export const LAMP: StateMachineDefinition = {
  configType: 'lamp',
  initial: 'red',
  states: {
    red: {
      dwell: [4, 4],
      next: { to: 'green', trigger: 'timeout(4)' },
      on: { go: { to: 'green' } },
    },
    green: {
      dwell: [5, 5],
      next: { to: 'yellow', trigger: 'timeout(5)' },
      on: { stop: { to: 'yellow' } },
    },
    yellow: {
      dwell: [1.5, 1.5],
      next: { to: 'red', trigger: 'timeout(1.5)' },
      on: { stop: { to: 'red' } },
    },
  },
}

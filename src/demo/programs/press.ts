import type { Effect, StateMachineDefinition } from './state-machine.ts'

const JAMMED: readonly Effect[] = [
  { kind: 'log', level: 'error', message: 'Press stopped' },
  {
    kind: 'error',
    messages: [
      'Overpressure: 212 bar',
      'Light curtain interrupted',
      'Workpiece not detected',
      'Очаквана позиция не е достигната',
    ],
  },
]
const START: readonly Effect[] = [
  { kind: 'job_started', jobTypes: ['bracket', 'cover', 'hinge'] },
  { kind: 'log', level: 'debug', message: 'Feeder requested' },
]
const STOPPED: readonly Effect[] = [{ kind: 'log', level: 'warning', message: 'Stopped by command' }]

const jam = { to: 'fault', effects: JAMMED }

/** One press of several. */
export const PRESS: StateMachineDefinition = {
  configType: 'press',
  initial: 'idle',
  states: {
    idle: {
      dwell: [1.5, 3],
      next: { to: 'loading', trigger: 'start', effects: START },
      on: { start: { to: 'loading', effects: START }, jam },
    },
    loading: {
      dwell: [1, 2],
      next: {
        to: 'pressing',
        trigger: 'loaded',
        effects: [{ kind: 'log', level: 'info', message: 'Workpiece clamped' }],
      },
      on: { stop: { to: 'idle', effects: STOPPED }, jam },
    },
    pressing: {
      dwell: [1.5, 2.5],
      blocking: true,
      next: {
        to: 'unloading',
        trigger: 'pressed',
        effects: [{ kind: 'log', level: 'info', message: 'Force reached: 180 kN' }],
      },
      mishap: { chance: 0.06, to: 'fault', trigger: 'fault', effects: JAMMED },
      on: {},
    },
    unloading: {
      dwell: [0.8, 1.5],
      next: {
        to: 'idle',
        trigger: 'unloaded',
        effects: [
          { kind: 'job_completed' },
          { kind: 'error', chance: 0.04, messages: ['Scrap box nearly full', 'Oil temperature above 60 °C'] },
        ],
      },
      on: { stop: { to: 'idle', effects: STOPPED }, jam },
    },
    fault: {
      dwell: [6, 12],
      next: { to: 'idle', trigger: 'reset', effects: [{ kind: 'log', level: 'info', message: 'Reset by itself' }] },
      on: { reset: { to: 'idle', effects: [{ kind: 'log', level: 'info', message: 'Reset' }] } },
    },
  },
}

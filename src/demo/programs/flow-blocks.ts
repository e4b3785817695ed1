import type { NonEmpty } from '../random.ts'

export interface FlowBlock {
  readonly blockId: string
  readonly blockType: 'sensor' | 'actuator'
  readonly blockName: string
  readonly deviceName: string
  readonly deviceType: string
  readonly displayText: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Least and most, in seconds. */
  readonly seconds: readonly [number, number]
  /** What a sensor reads: a mean that sways slowly. An actuator reads nothing. */
  readonly reading?: { readonly mean: number; readonly sway: number; readonly unit: string }
}

export interface ActionTemplate {
  readonly id: string
  readonly name: string
  readonly blocks: NonEmpty<FlowBlock>
}

const sensor = (
  blockId: string,
  blockName: string,
  deviceName: string,
  deviceType: string,
  displayText: string,
  reading: NonNullable<FlowBlock['reading']>,
): FlowBlock => ({
  blockId,
  blockType: 'sensor',
  blockName,
  deviceName,
  deviceType,
  displayText,
  parameters: { samples: 5 },
  seconds: [0.3, 1.2],
  reading,
})

/** A greenhouse in Bulgaria: measure the solution, then dose. */
export const FLOW = {
  programId: 'p1',
  programName: 'Полив и подхранване',
  cycles: ['Сутрешен цикъл', 'Обеден цикъл', 'Вечерен цикъл'],
  templates: [
    {
      id: 't1',
      name: 'Измерване на разтвора',
      blocks: [
        sensor('b1', 'EC', 'EC1', 'ec', 'Прочетен EC1', { mean: 1.8, sway: 0.3, unit: 'mS/cm' }),
        sensor('b2', 'pH', 'pH1', 'ph', 'Прочетен pH1', { mean: 6.1, sway: 0.4, unit: 'pH' }),
        sensor('b3', 'Temperature', 'T1', 'temperature', 'Измерена температура на разтвора', {
          mean: 21.5,
          sway: 2,
          unit: '°C',
        }),
        sensor('b4', 'Light', 'LUX1', 'light', 'Измерена осветеност', { mean: 18_000, sway: 6_000, unit: 'lx' }),
      ],
    },
    {
      id: 't2',
      name: 'Дозиране',
      blocks: [
        {
          blockId: 'b5',
          blockType: 'actuator',
          blockName: 'Pump',
          deviceName: 'PUMP1',
          deviceType: 'pump',
          displayText: 'Помпа 1 дозира торова смес',
          parameters: { millilitres: 25 },
          seconds: [1.5, 3],
        },
        sensor('b6', 'EC', 'EC1', 'ec', 'Прочетен EC1 след дозиране', { mean: 1.9, sway: 0.3, unit: 'mS/cm' }),
      ],
    },
  ],
} as const satisfies {
  programId: string
  programName: string
  cycles: NonEmpty<string>
  templates: NonEmpty<ActionTemplate>
}

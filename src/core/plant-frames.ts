import type { Access } from './access.ts'
import { messageFrame } from './frame.ts'
import type { DescribedPlant } from './plant.ts'
import { scopedPlant } from './scoped-plant.ts'
import type { Frame } from './session-socket.ts'

/** What is described of the plant, as frames: whoever may see the same shares one. */
export class PlantFrames {
  readonly #plant: DescribedPlant
  #frames = new Map<string, Frame>()

  constructor(plant: DescribedPlant) {
    this.#plant = plant
  }

  frame({ filter }: Access): Frame {
    const key = filter?.key ?? ''
    let frame = this.#frames.get(key)
    if (!frame) {
      const { shown } = this.#plant
      frame = messageFrame({ type: 'plant', plant: filter ? scopedPlant(shown, filter) : shown })
      this.#frames.set(key, frame)
    }
    return frame
  }

  /** The plant is described anew. */
  forget(): void {
    this.#frames = new Map()
  }
}

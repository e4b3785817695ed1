import type { TonePattern } from './alarm-tones.ts'

/** Full would hurt in a quiet control room. */
const LOUDNESS = 0.3
/** A tone that begins or ends at once clicks. */
const RAMP_S = 0.01

/** Plays patterns of plain tones. To be made only after a person's gesture: before it no browser lets anything sound. */
export class TonePlayer {
  readonly #context = new AudioContext()
  #out: GainNode | null = null

  /** Begins a pattern and ends the one before. */
  play({ tones }: TonePattern): void {
    this.stop()
    // Other programs, or a pulled plug, may have suspended it. It then sounds with the next pattern.
    if (this.#context.state !== 'running') void this.#context.resume()
    const out = new GainNode(this.#context, { gain: LOUDNESS })
    out.connect(this.#context.destination)
    this.#out = out
    const now = this.#context.currentTime
    for (const { at, seconds, hertz } of tones) {
      const begin = now + at
      const end = begin + seconds
      const envelope = new GainNode(this.#context, { gain: 0 })
      envelope.gain.setValueAtTime(0, begin)
      envelope.gain.linearRampToValueAtTime(1, begin + RAMP_S)
      envelope.gain.setValueAtTime(1, end - RAMP_S)
      envelope.gain.linearRampToValueAtTime(0, end)
      const oscillator = new OscillatorNode(this.#context, { type: 'triangle', frequency: hertz })
      oscillator.connect(envelope).connect(out)
      oscillator.start(begin)
      oscillator.stop(end)
    }
  }

  stop(): void {
    this.#out?.disconnect()
    this.#out = null
  }

  close(): void {
    this.stop()
    void this.#context.close()
  }
}

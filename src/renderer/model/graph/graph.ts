/** What is to be drawn. Sizes are in CSS pixels; they decide the places, so they must not depend on what is going on. */
export interface GraphNode {
  readonly id: string
}

export interface GraphEdge {
  /** Its own among the edges. */
  readonly id: string
  readonly from: string
  readonly to: string
  /** Its words take room of their own in the drawing; null for none. */
  readonly label: string | null
}

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** Top left corner and size. */
export interface Box extends Point, Size {}

export type Direction = 'right' | 'down'

import type { RandomStream } from '@pcrl/torch';
import type { Pose } from './pose.js';

/**
 * What differs from patient to patient. Lengths are millimetres of the template, whose origin lies
 * in mid-chest; values of tissues are Hounsfield units.
 */
export interface Anatomy {
  readonly pose: Pose;
  /** Thickness of the fat under the skin. */
  readonly fat: number;
  readonly breasts: number;
  /** Half width and half depth of the space inside the ribs. */
  readonly cavity: { readonly width: number; readonly depth: number; readonly apex: number };
  /** Tops of the diaphragm's right and left dome. */
  readonly dome: { readonly right: number; readonly left: number };
  /** Half distance between the lungs. */
  readonly mediastinum: number;
  readonly heart: { readonly size: number; readonly x: number; readonly z: number };
  readonly liver: { readonly size: number; readonly reach: number };
  readonly spleen: { readonly size: number; readonly z: number };
  /** Amplitude of the sideways bend of the spine, and the rhythm of its vertebrae. */
  readonly spine: { readonly bend: number; readonly pitch: number; readonly phase: number };
  readonly ribDrop: number;
  readonly aorta: number;
  readonly tissue: {
    readonly fat: number;
    readonly muscle: number;
    readonly lung: number;
    readonly blood: number;
    readonly myocardium: number;
    readonly liver: number;
    readonly spleen: number;
    readonly marrow: number;
    readonly cortex: number;
  };
  /** Strength of a contrast agent in the blood, 0 (none) to 1. */
  readonly contrast: number;
  /** Standard deviation of the scan's noise. */
  readonly noise: number;
}

/**
 * Draws one patient.
 *
 * Blood, muscle, liver and spleen overlap on purpose, as they do in scans without contrast; about a
 * third of the patients got a contrast agent, which lifts some of them. No threshold tells these
 * organs apart over all patients.
 */
export function drawAnatomy(random: RandomStream): Anatomy {
  const about = (mean: number, spread: number) => random.uniform(mean - spread, mean + spread);
  const contrast = random.chance(0.35) ? random.uniform(0.3, 1) : 0;
  return {
    pose: {
      scale: [about(0.97, 0.09), about(0.97, 0.09), about(0.98, 0.09)],
      turn: [about(0, 0.07), about(0, 0.06), about(0, 0.1)],
      shift: [about(0, 9), about(0, 9), about(0, 14)],
    },
    fat: 6 + 22 * random.uniform() ** 1.5,
    breasts: random.chance(0.5) ? random.uniform(0.5, 1) : 0,
    cavity: { width: about(132, 7), depth: about(82, 8), apex: about(134, 7) },
    dome: { right: about(-42, 13), left: about(-56, 12) },
    mediastinum: about(20, 4),
    heart: { size: about(1, 0.14), x: about(-20, 7), z: about(-22, 7) },
    liver: { size: about(1, 0.12), reach: about(0, 25) },
    spleen: { size: about(1, 0.22), z: about(-98, 10) },
    spine: { bend: about(0, 9), pitch: about(24, 2), phase: random.uniform(0, 24) },
    ribDrop: about(62, 14),
    aorta: about(13, 2.5),
    tissue: {
      fat: about(-100, 12),
      muscle: about(52, 9),
      lung: about(-845, 45),
      blood: about(41, 8) + 135 * contrast,
      myocardium: about(46, 8) + 50 * contrast,
      liver: about(50, 22) + 45 * contrast,
      spleen: about(48, 8) + 65 * contrast,
      marrow: about(175, 60),
      cortex: about(560, 120),
    },
    contrast,
    noise: random.uniform(10, 26),
  };
}

/**
 * What the demo plant makes, and on what. A parameter reads: name, unit, target, standard deviation, branch, and, where
 * it is not measured on every part, the share on which it is.
 */
export const PRODUCTS = [
  {product: 'HX-100', opportunities: 5, cost: 18.4, share: 0.3, diameter: 0, scratch: 0.9},
  {product: 'HX-200', opportunities: 5, cost: 24.9, share: 0.35, diameter: 4, scratch: 1},
  {product: 'HX-300', opportunities: 6, cost: 31.2, share: 0.22, diameter: 12, scratch: 3.6},
  {product: 'HX-400', opportunities: 6, cost: 42.5, share: 0.13, diameter: 20, scratch: 0.8},
] as const;

/** `rework`: the step that can put it right. */
export const DEFECTS = [
  {defect: 'scratch', group: 'surface', severityWeight: 3, cost: 6.5, rate: 0.01, rework: 'mill'},
  {defect: 'void', group: 'material', severityWeight: 8, cost: 24, rate: 0.008, rework: null},
  {defect: 'stain', group: 'surface', severityWeight: 1, cost: 2.2, rate: 0.007, rework: 'wash'},
  {defect: 'burr', group: 'edge', severityWeight: 2, cost: 3.1, rate: 0.006, rework: 'deburr'},
  {defect: 'dimension', group: 'geometry', severityWeight: 9, cost: 24, rate: 0.005, rework: null},
] as const;

export const STEPS = [
  {step: 'cast', tool: 'D', cavities: 4, cycleSeconds: 52, durationSeconds: 46},
  {step: 'deburr', tool: 'B', cavities: 0, cycleSeconds: 34, durationSeconds: 28},
  {step: 'bore', tool: 'T', cavities: 0, cycleSeconds: 64, durationSeconds: 57},
  {step: 'mill', tool: 'M', cavities: 0, cycleSeconds: 71, durationSeconds: 63},
  {step: 'wash', tool: '', cavities: 0, cycleSeconds: 24, durationSeconds: 240},
  {step: 'coat', tool: 'G', cavities: 0, cycleSeconds: 30, durationSeconds: 26},
  {step: 'cure', tool: '', cavities: 0, cycleSeconds: 30, durationSeconds: 1500},
  {step: 'assemble', tool: 'S', cavities: 0, cycleSeconds: 45, durationSeconds: 39},
] as const;

/** What production lots consume, where, from whom, in how many lots one lot of it goes; and what it was made from. */
export const MATERIALS = [
  {
    material: 'melt',
    code: 'ME',
    step: 'cast',
    suppliers: [null],
    lasts: 3,
    from: {material: 'alloy', code: 'AL', suppliers: ['Alu Rhein', 'Metallwerk Süd', 'Norsk Legering'], lasts: 4},
  },
  {
    material: 'powder',
    code: 'PW',
    step: 'coat',
    suppliers: ['Lacke Nord', 'Farbwerk Ost', 'Pulverchemie'],
    lasts: 8,
    from: {material: 'pigment', code: 'PG', suppliers: ['Chromatik', 'Oxidwerk'], lasts: 2},
  },
  {
    material: 'fastener',
    code: 'FA',
    step: 'assemble',
    suppliers: ['Schraubtechnik', 'Boltec', 'Fixon'],
    lasts: 6,
    from: {material: 'wire', code: 'WI', suppliers: ['Drahtwerk', 'Stalex'], lasts: 3},
  },
] as const;

export const PARAMETERS: Readonly<Record<string, string>> = {
  cast: `melt_temperature °C 705 3.5 machine|die_temperature °C 218 4 machine|injection_pressure bar 820 9 machine
    |shot_speed m/s 2.8 0.06 machine|plunger_position mm 342 1.1 machine|hold_time s 6.2 0.12 method
    |cooling_time s 11.5 0.25 method|biscuit_thickness mm 24 0.5 method|vacuum mbar 62 4 machine
    |spray_time s 1.8 0.07 method|spray_volume ml 46 1.6 method|cooling_flow l/min 14 0.4 machine
    |silicon % 9.4 0.12 material 0.2|iron % 0.74 0.03 material 0.2|hydrogen ml/100g 0.14 0.015 material 0.2
    |casting_weight g 1240 5 measurement|cycle_time s 46 0.6 machine|clamp_force kN 4950 28 machine
    |hall_temperature °C 24 1.6 environment`,
  deburr: `brush_speed rpm 1450 16 machine|brush_load % 38 2 machine|brush_wear mm 1.9 0.2 machine|feed_rate mm/s 42 0.8 method
    |contact_force N 64 2.4 method|robot_deviation mm 0.12 0.02 machine|air_pressure bar 6.1 0.09 environment
    |dust_flow m³/h 820 22 environment|edge_radius mm 0.31 0.025 measurement 0.25|spindle_temperature °C 41 1.4 machine
    |spindle_vibration mm/s 1.6 0.16 machine|motor_current A 7.4 0.25 machine|grip_force N 210 5 machine
    |grip_position mm 18.2 0.05 machine|passes_time s 24 0.5 method|tool_life % 55 9 machine|humidity % 46 4 environment
    |noise_level dB 78 0.9 environment|residual_height mm 0.05 0.01 measurement 0.25`,
  bore: `diameter mm 40 0.006 measurement|roughness µm 0.82 0.06 measurement|roundness µm 4.1 0.5 measurement
    |cylindricity µm 5.6 0.7 measurement|spindle_speed rpm 4200 18 machine|feed_rate mm/min 380 4 method
    |torque Nm 11.4 0.4 machine|spindle_load % 44 2 machine|thrust N 690 17 machine|vibration mm/s 1.1 0.12 machine
    |coolant_pressure bar 42 0.9 machine|coolant_temperature °C 22.5 0.7 environment|coolant_concentration % 7.8 0.25 material
    |clamp_pressure bar 68 0.9 machine|position_x mm 0.002 0.004 measurement|position_y mm 0.001 0.004 measurement
    |depth mm 62 0.015 measurement|chip_load mm 0.09 0.003 method|hall_temperature °C 23 1.2 environment`,
  mill: `feed_rate mm/min 960 14 method|spindle_speed rpm 8200 30 machine|spindle_load % 51 2.4 machine
    |vibration mm/s 1.3 0.14 machine|flatness µm 11 1.4 measurement|step_height mm 8 0.011 measurement
    |parallelism µm 14 1.7 measurement|tool_wear µm 58 9 machine|coolant_pressure bar 36 0.8 machine
    |coolant_temperature °C 22.8 0.7 environment|clamp_pressure bar 64 0.9 machine|axis_x_current A 4.1 0.16 machine
    |axis_y_current A 3.8 0.15 machine|axis_z_current A 5.2 0.2 machine|depth_of_cut mm 0.8 0.01 method
    |spindle_temperature °C 46 1.5 machine|hydraulic_temperature °C 43 1.1 machine|chip_flow kg/h 12 0.6 machine
    |probe_offset µm 2.1 0.5 measurement`,
  wash: `bath_temperature °C 62 0.8 machine|rinse_temperature °C 48 0.9 machine|detergent % 3.1 0.12 material
    |ph pH 9.6 0.1 material|conductivity µS/cm 410 18 material|spray_pressure bar 8.2 0.16 machine|spray_flow l/min 92 2 machine
    |dwell_time s 118 1.5 method|rinse_time s 64 1 method|dry_temperature °C 84 1.1 machine|dry_time s 58 1 method
    |air_flow m³/h 640 14 machine|filter_pressure bar 0.42 0.04 machine|bath_level mm 612 5 machine
    |turbidity NTU 14 1.8 material|residual_dirt mg 0.9 0.12 measurement 0.1|bath_age h 38 9 method
    |water_hardness °dH 6.4 0.4 material|hall_humidity % 52 4 environment`,
  coat: `gun_voltage kV 78 1.2 machine|gun_current µA 24 0.9 machine|powder_flow g/min 186 4 machine|air_flow l/min 74 1.4 machine
    |gun_distance mm 214 2 method|line_speed m/min 1.9 0.02 method|booth_temperature °C 23 0.8 environment
    |booth_humidity % 48 2.6 environment|film_thickness µm 72 2.8 measurement|powder_grain µm 34 0.9 material 0.1
    |powder_moisture % 0.21 0.02 material 0.1|fluid_pressure bar 1.4 0.04 machine|ground_resistance MOhm 0.42 0.05 machine
    |recycle_share % 22 2 material|hopper_level % 63 7 machine|booth_pressure Pa 32 1.6 environment
    |part_temperature °C 27 0.9 environment|gloss GU 78 1.6 measurement 0.25|overspray % 31 1.5 method`,
  cure: `peak_temperature °C 196 1.9 machine|zone_1_temperature °C 168 1.6 machine|zone_2_temperature °C 190 1.7 machine
    |zone_3_temperature °C 194 1.7 machine|time_above_180 s 655 14 method|conveyor_speed m/min 1.2 0.012 method
    |burner_load % 58 2.6 machine|fan_1_speed rpm 1180 12 machine|fan_2_speed rpm 1175 12 machine|oven_pressure Pa 14 1.1 machine
    |exhaust_flow m³/h 1450 28 machine|gas_flow m³/h 21 0.6 machine|oxygen % 19.8 0.2 environment
    |exit_temperature °C 61 1.8 machine|rack_position n 12 3 method|hardness H 2.4 0.12 measurement 0.1
    |adhesion MPa 6.1 0.25 measurement 0.1|colour_delta dE 0.62 0.09 measurement 0.25|hall_temperature °C 27 1.5 environment`,
  assemble: `torque_1 Nm 8.2 0.11 machine|torque_2 Nm 8.2 0.11 machine|torque_3 Nm 8.2 0.11 machine|torque_4 Nm 8.2 0.11 machine
    |angle_1 ° 94 2.6 machine|angle_2 ° 94 2.6 machine|angle_3 ° 94 2.6 machine|angle_4 ° 94 2.6 machine
    |press_force kN 11.8 0.3 machine|press_travel mm 14.6 0.035 machine|press_speed mm/s 18 0.3 method|leak_rate ml/min 0.31 0.05 measurement
    |test_pressure bar 2.5 0.02 measurement|gap mm 0.12 0.012 measurement|sealant g 1.6 0.04 material
    |sealant_temperature °C 31 0.7 material|pick_time s 4.1 0.35 man|fit_time s 22 1.4 man|bench_temperature °C 22 0.8 environment`,
};

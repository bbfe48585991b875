"""Section 6 of the Law School Admission Test: the classical data set of item response theory (Bock & Lieberman 1970).

1,000 persons, 5 items; one row per answer pattern that occurred. The parameters are the two-parameter fit of the ltm
package (Rizopoulos 2006), the modes and errors its published empirical-Bayes scores under a standard normal prior.
"""

import numpy as np

DISCRIMINATION = np.array([0.8253715, 0.7229499, 0.8904748, 0.6885502, 0.6574516])
DIFFICULTY = np.array([-3.3597341, -1.3696497, -0.2798983, -1.8659189, -3.1235725])
LOG_LIKELIHOOD = -2466.653

_TABLE = """
00000   3 -1.895 0.795 | 00001   6 -1.479 0.796 | 00010   2 -1.460 0.796 | 00011  11 -1.041 0.800
00100   1 -1.331 0.797 | 00101   1 -0.911 0.802 | 00110   3 -0.891 0.803 | 00111   4 -0.463 0.812
01000   1 -1.438 0.796 | 01001   8 -1.019 0.801 | 01011  16 -0.573 0.809 | 01101   3 -0.441 0.813
01110   2 -0.420 0.813 | 01111  15  0.023 0.828 | 10000  10 -1.373 0.797 | 10001  29 -0.953 0.802
10010  14 -0.933 0.802 | 10011  81 -0.506 0.811 | 10100   3 -0.803 0.804 | 10101  28 -0.373 0.815
10110  15 -0.352 0.815 | 10111  80  0.093 0.831 | 11000  16 -0.911 0.802 | 11001  56 -0.483 0.812
11010  21 -0.463 0.812 | 11011 173 -0.022 0.827 | 11100  11 -0.329 0.816 | 11101  61  0.117 0.832
11110  28  0.139 0.833 | 11111 298  0.606 0.855
"""
_CELLS = [cell.split() for line in _TABLE.strip().splitlines() for cell in line.split("|")]

PATTERNS = np.array([[float(answer) for answer in cell[0]] for cell in _CELLS])
PERSONS = np.array([int(cell[1]) for cell in _CELLS])
MODES = np.array([float(cell[2]) for cell in _CELLS])
MODE_ERRORS = np.array([float(cell[3]) for cell in _CELLS])

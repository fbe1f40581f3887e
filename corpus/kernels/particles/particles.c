// Moves n particles of two places and two speeds, and reflects them at the walls of the unit square.

__attribute__((export_name("particles"))) void particles(float *p, int n, float dt) {
    // parallel: yes - each iteration owns the four numbers of its particle.
    for (int i = 0; i < n; i++) {
        float *q = p + 4 * i;
        float x = q[0] + dt * q[2], y = q[1] + dt * q[3];
        if (x < 0.0f || x > 1.0f) {
            q[2] = -q[2];
        }
        if (y < 0.0f || y > 1.0f) {
            q[3] = -q[3];
        }
        q[0] = x;
        q[1] = y;
    }
}

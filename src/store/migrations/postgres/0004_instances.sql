-- Processes that share the database. Times are by the database's clock.
CREATE TABLE instance (
    instance    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- 1: a daemon; 0: a command that does one thing and ends.
    daemon      BIGINT NOT NULL,
    host        TEXT COLLATE "C" NOT NULL,
    pid         BIGINT NOT NULL,
    version     TEXT COLLATE "C" NOT NULL,
    config_hash TEXT COLLATE "C",
    started_at  BIGINT NOT NULL,
    -- Renewed while the process lives. After it, its leases and claims are free.
    alive_until BIGINT NOT NULL
);

-- What only one instance may do at a time. `watch`: check the sources on their schedules.
CREATE TABLE lease (
    name     TEXT COLLATE "C" PRIMARY KEY,
    -- Counts the owners, which distinguishes a former owner from the current one.
    epoch    BIGINT NOT NULL,
    -- Null: nobody.
    instance BIGINT,
    taken_at BIGINT NOT NULL
);

-- The instance that sends the delivery now.
ALTER TABLE delivery ADD COLUMN claimed_by BIGINT;

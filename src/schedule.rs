//! When a source is next due. Pure: the time, the zone and chance come in as arguments.

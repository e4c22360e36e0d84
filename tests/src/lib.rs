//! Tests that need the whole workspace: documents, recorded executions, the client against servers, the error pages.

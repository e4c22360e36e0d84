locals {
  states = {
    Count = { Type = "Pass", Next = "Cuont" }
  }
}

resource "aws_sfn_state_machine" "counting" {
  name     = "counting-${var.stage}"
  role_arn = aws_iam_role.states.arn
  type     = "EXPRESS"

  definition = jsonencode({
    StartAt = "Count"
    States  = local.states
  })

  logging_configuration {
    level = "ERROR"
  }
}

resource "aws_sfn_state_machine" "waiting" {
  definition = <<-EOF
    {
      "StartAt": "Wait",
      "States": {
        "Wait": { "Type": "Wait", "Seconds": ${var.seconds}, "Next": "Call" },
        "Call": { "Type": "Task", "Resource": "${aws_lambda_function.call.arn}", "TimeoutSecond": 5, "End": true }
      }
    }
  EOF
}

resource "aws_sfn_state_machine" "shared" {
  definition = templatefile("${path.module}/shared.asl.json", { function = aws_lambda_function.call.arn })
}

resource "aws_sfn_state_machine" "elsewhere" {
  definition = data.template_file.elsewhere.rendered
}

module "pausing" {
  source     = "terraform-aws-modules/step-functions/aws"
  definition = jsonencode({ StartAt = "Pause", States = { Pause = { Type = "Wait", Seconds = -1, End = true } } })
}

module "network" {
  source = "./network"
}
